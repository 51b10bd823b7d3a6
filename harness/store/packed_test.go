package store

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// packPlan does to a plan what `gzip -9n` does.
func packPlan(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	must(t, err)
	must(t, errors.Join(os.WriteFile(path+packedEnd, packed(t, text), 0o644), os.Remove(path)))
}

// A run whose plan lies compressed is a run like any other, and an equal plan leaves it so.
func TestCompressedPlanIsRead(t *testing.T) {
	was, _ := newDir(t, "a", "b")
	packPlan(t, filepath.Join(was.Path(), "plan.json"))
	d, err := Open(was.Path())
	must(t, err)
	if runs, err := RunsIn(filepath.Dir(was.Path())); err != nil || len(runs) != 1 {
		t.Errorf("%v, %v", runs, err)
	}
	if c, err := d.Freeze(planOf("a", "b")); err != nil || c.Added != nil || exists(filepath.Join(d.Path(), "plan.json")) {
		t.Errorf("an equal plan: %+v, %v", c, err)
	}
	if c, err := d.Freeze(planOf("b", "c")); err != nil || len(c.Added) != 1 || len(c.Left) != 1 {
		t.Errorf("another plan: %+v, %v", c, err)
	}
	packPlan(t, filepath.Join(d.Path(), "plan.2.json"))
	p, err := d.Plan()
	must(t, err)
	if name, err := d.PlanFile(); err != nil || name != "plan.2.json.gz" || p.Cells[1].Dir != "c" {
		t.Errorf("%s, %v: %v", name, err, p.Cells)
	}
	check, err := d.Check()
	must(t, err)
	if len(check.Findings) != 0 {
		t.Errorf("%+v", check.Findings)
	}
}

// A plan that takes a compressed one's place is the only one there: not of a damaged one, which is
// set aside, nor of an older version's is anything left to be read.
func TestCompressedPlanIsReplaced(t *testing.T) {
	for name, pack := range map[string]func(t *testing.T, d *Dir, path string){
		"damaged": func(t *testing.T, _ *Dir, path string) {
			must(t, errors.Join(os.Remove(path), os.WriteFile(path+packedEnd, []byte("torn"), 0o644)))
		},
		"older": func(t *testing.T, d *Dir, path string) {
			older(t, d, 1)
			packPlan(t, path)
		},
	} {
		t.Run(name, func(t *testing.T) {
			d, _ := newDir(t, "a")
			plain := filepath.Join(d.Path(), "plan.json")
			pack(t, d, plain)
			c, err := d.Freeze(planOf("a"))
			must(t, err)
			if (c.Aside != "") != (name == "damaged") || exists(plain+packedEnd) || !exists(plain) {
				t.Errorf("%+v", c)
			}
			if p, err := d.Plan(); err != nil || p.Schema != SchemaVersion {
				t.Errorf("schema %d, %v", p.Schema, err)
			}
		})
	}
}

// Of both, the plain plan is read, and the checkup says so.
func TestPlainPlanComesFirst(t *testing.T) {
	d, _ := newDir(t, "a")
	path := filepath.Join(d.Path(), "plan.json")
	must(t, os.WriteFile(path+packedEnd, []byte("whatever"), 0o644))
	check, err := d.Check()
	must(t, err)
	if len(check.Findings) != 1 || check.Findings[0].Bad || check.Findings[0].Path != path+packedEnd {
		t.Errorf("%+v", check.Findings)
	}
}

package audit

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/metrics/matrix"
	"protobench/metrics/uniqueness"
)

// options are those of the command line's defaults.
func options() Options {
	return Options{Epsilons: uniqueness.Epsilons(), Thresholds: Defaults()}
}

// TestLayouts audits small checkpoints in every layout that is known, which the real
// torch.save wrote (testdata/make.py): what is found, the verdict, and what is refused.
func TestLayouts(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("testdata", "cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		File, Name, Refuses string
		Found               []struct{ Key, Verdict, Says string }
	}
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(strings.TrimSpace(c.File+" "+c.Name), func(t *testing.T) {
			o := options()
			o.Key = c.Name
			path := filepath.Join("testdata", c.File)
			got, err := New(o).File(path)
			if c.Refuses != "" {
				if err == nil || !strings.Contains(err.Error(), c.Refuses) || !strings.HasPrefix(err.Error(), path+": ") {
					t.Errorf("got %v, want the file's name and %q", err, c.Refuses)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != len(c.Found) {
				t.Fatalf("found %d, want %d: %+v", len(got), len(c.Found), got)
			}
			for i, want := range c.Found {
				says := slices.ContainsFunc(got[i].Reasons, func(s string) bool { return strings.Contains(s, want.Says) })
				if r := got[i]; r.Key != want.Key || string(r.Kind) != want.Verdict || !says {
					t.Errorf("got %s: %s\nwant %s: %s, which says %q", r.Key, r.sentence(), want.Key, want.Verdict, want.Says)
				}
			}
		})
	}
}

// TestRowNorms are those that enter scores: a weight norm's lengths, whatever their signs and those
// of the directions.
func TestRowNorms(t *testing.T) {
	for file, want := range map[string]Norms{
		"negative_length.pth": {Min: 1, Median: 1, Mean: 1, Max: 1},
		"long.pth":            {Min: 0.5, Median: 0.5, Mean: 0.5 + 2.5/48, Max: 3},
	} {
		r := one(t, filepath.Join("testdata", file), options())
		if math.Abs(r.RowNorms.Mean-want.Mean) > 1e-6 || r.RowNorms.Min != want.Min || r.RowNorms.Median != want.Median || r.RowNorms.Max != want.Max {
			t.Errorf("%s: %+v, want %+v", file, r.RowNorms, want)
		}
	}
}

// TestBranches compares each head of the student with the same head of the teacher, and no other.
func TestBranches(t *testing.T) {
	x := matrix.RandomUnit(1, 48, 16)
	path := written(t, "p.safetensors", "student.head.last_layer.weight", matrix.RandomUnit(2, 48, 16), "student.head.last_layer2.weight", matrix.RandomUnit(3, 48, 16),
		"teacher.head.last_layer.weight", made{matrix.RandomUnit(4, 48, 16)}.grouped(48, 4, 0.01).Matrix, "momentum_head.layer.weight", x, "head.layer.weight", x,
		"teacher.head.last_layer2.weight", matrix.RandomUnit(5, 48, 16))
	got, err := New(options()).File(path)
	if err != nil {
		t.Fatal(err)
	}
	said := map[string][]string{}
	for _, r := range got {
		for _, why := range r.Reasons {
			if strings.Contains(why, "student") {
				said[r.Key] = append(said[r.Key], strings.Fields(why)[3])
			}
		}
	}
	want := map[string][]string{
		"head.layer.weight": {"bit"}, "momentum_head.layer.weight": {"bit"}, // bit for bit
		"student.head.last_layer.weight": {"differ:"}, "teacher.head.last_layer.weight": {"differ:"},
		"student.head.last_layer2.weight": {"agree"}, "teacher.head.last_layer2.weight": {"agree"},
	}
	if d := cmp.Diff(want, said); d != "" {
		t.Error(d)
	}
}

// TestOwnFewPrototypes: this program's files may hold fewer prototypes than dimensions, where such
// a matrix of others is refused.
func TestOwnFewPrototypes(t *testing.T) {
	x, start := matrix.RandomUnit(1, 12, 40), matrix.RandomUnit(2, 12, 40)
	got, err := New(options()).File(written(t, "p.safetensors", "prototypes.student", x, "prototypes.teacher", x, "prototypes.initial", start))
	if err != nil || len(got) != 2 || got[1].K != 12 || got[1].Branch != "teacher" || got[1].Displacement == nil {
		t.Error(got, err)
	}
	if _, err := New(options()).File(written(t, "p.safetensors", "student.prototypes.weight", x, "b", x)); err == nil || !strings.Contains(err.Error(), "fewer rows than columns") {
		t.Error(err)
	}
}

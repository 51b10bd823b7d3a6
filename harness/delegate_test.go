package harness

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/datasets"
	"protobench/harness/cell"
	"protobench/harness/internal/fixture"
	"protobench/harness/internal/standin"
	"protobench/harness/store"
)

// Cells that are handed out one by one, each by what the plan holds of it, end with the results of a
// run.
func TestDelegatedCellsEndAsThoseOfARun(t *testing.T) {
	whole, parts := filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "run")
	execute(t.Context(), t, whole, options(standin.Engine(nil)))
	p := planOf(t, fixture.Small)
	var todo []cell.Job
	s, err := Delegate(p, p.Jobs, parts, Options{}, func(_ *store.Dir, jobs []cell.Job) error { todo = jobs; return nil })
	if err != nil || s.Done != 0 || len(todo) != len(p.Jobs) {
		t.Fatalf("%+v %v, %d jobs", s, err, len(todo))
	}
	for _, c := range cellsOf(t, parts) {
		o := options(standin.Engine(nil))
		one, err := PlanOfCell("plan.json", p.Record(), c.Dir.Plan().Dir, o.Data)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.Dir.Plan().Config, one.Jobs[0].Record("x").Config); diff != "" {
			t.Error(diff)
		}
		if s, err := Work(t.Context(), one, one.Jobs, parts, o); err != nil || s.Done != 1 {
			t.Fatalf("%+v %v", s, err)
		}
	}
	if diff := cmp.Diff(results(t, whole), results(t, parts)); diff != "" {
		t.Error(diff)
	}
	wants, has := cellsOf(t, whole), cellsOf(t, parts)
	for i := range wants {
		if diff := cmp.Diff(wants[i].Result.Provenance, has[i].Result.Provenance); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(wants[i].Result.Cell, has[i].Result.Cell); diff != "" {
			t.Error(diff)
		}
	}
	s, err = Delegate(p, p.Jobs, parts, Options{}, func(_ *store.Dir, jobs []cell.Job) error { todo = jobs; return nil })
	if err != nil || s.Done != len(p.Jobs) || len(todo) != 0 {
		t.Errorf("%+v %v, %d jobs are left", s, err, len(todo))
	}
}

// A process that was cut off, and that ends after the one that took its place, changes nothing and is
// compared with it.
func TestATwinLosesAndIsCompared(t *testing.T) {
	whole := filepath.Join(t.TempDir(), "run")
	execute(t.Context(), t, whole, options(standin.Engine(nil)))
	p := planOf(t, fixture.Small)
	for name, change := range map[string]func(*store.Result){
		"with the same numbers":                 func(*store.Result) {},
		"with other metrics; its result stands": func(r *store.Result) { r.Metrics["dead"] = 0.25 },
	} {
		dir := filepath.Join(t.TempDir(), "run")
		if _, err := Delegate(p, p.Jobs, dir, Options{}, func(*store.Dir, []cell.Job) error { return nil }); err != nil {
			t.Fatal(err)
		}
		twin := cellsOf(t, whole)[3].Result
		change(&twin)
		folder := cellsOf(t, dir)[3].Dir
		late := options(standin.Engine(func(f *fixture.Fake) {
			f.AtStep = func(step int) error {
				if step != 15 {
					return nil
				}
				_, err := folder.Publish(twin)
				return err
			}
		}))
		one, err := PlanOfCell("plan.json", p.Record(), folder.Plan().Dir, late.Data)
		if err != nil {
			t.Fatal(err)
		}
		s, err := Work(t.Context(), one, one.Jobs, dir, late)
		if err != nil || len(s.Twins) != 1 || !strings.HasSuffix(s.Twins[0], name) {
			t.Errorf("%s: %+v %v", name, s, err)
		}
		if stands, _, err := folder.Result(); err != nil || stands.Metrics["dead"] != twin.Metrics["dead"] {
			t.Errorf("%s: %v %v", name, stands.Metrics["dead"], err)
		}
	}
}

func TestDelegationKeepsOtherPlannersOut(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	p := planOf(t, fixture.Small)
	_, err := Delegate(p, p.Jobs, dir, Options{}, func(*store.Dir, []cell.Job) error {
		var held *store.Held
		if _, err := Delegate(p, p.Jobs, dir, Options{}, nil); !errors.As(err, &held) {
			t.Errorf("a second planner: %v", err)
		}
		return errors.New("not handed on")
	})
	if err == nil || err.Error() != "not handed on" {
		t.Error(err)
	}
}

func TestGivingUpLeavesResultsAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	p := planOf(t, fixture.Small)
	if _, err := Delegate(p, p.Jobs, dir, Options{}, func(*store.Dir, []cell.Job) error { return nil }); err != nil {
		t.Fatal(err)
	}
	o := options(standin.Engine(nil))
	one, err := PlanOfCell("plan.json", p.Record(), p.Jobs[0].Dir, o.Data)
	if err != nil {
		t.Fatal(err)
	}
	if err := GiveUp(one, dir, "no time", "v"); err != nil {
		t.Fatal(err)
	}
	if r := cellsOf(t, dir)[0].Result; r.Outcome.Status != store.Failed || r.Outcome.Reason != "no time" {
		t.Errorf("%+v", r.Outcome)
	}
	o.RetryFailed = true
	if s, err := Work(t.Context(), one, one.Jobs, dir, o); err != nil || s.Done != 1 {
		t.Fatalf("%+v %v", s, err)
	}
	want := cellsOf(t, dir)[0].Result
	if err := GiveUp(one, dir, "no time", "v"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.Outcome, cellsOf(t, dir)[0].Result.Outcome); diff != "" {
		t.Error(diff)
	}
}

// A cell that was planned with other data, or for other numerics, is not run.
func TestPlanOfCellRefusesAnotherHash(t *testing.T) {
	p := planOf(t, fixture.Small).Record()
	p.Cells[3].Cell.Hash = "0123456789"
	for folder, want := range map[string]string{p.Cells[3].Dir: "would be another cell here", "x": `no cell "x" is planned`} {
		if _, err := PlanOfCell("plan.json", p, folder, datasets.NewLibrary(fixture.Open)); err == nil || !strings.Contains(err.Error(), want) {
			t.Error(err)
		}
	}
}

package cell

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/harness/internal/fixture"
	"protobench/harness/store"
	"protobench/methods"
	"protobench/methods/part"
)

// The median of the step times is over all steps, wherever the cell was resumed.
func TestStepTimesSurviveAResume(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	d, err := store.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	cell := d.Cell(store.PlanCell{Dir: "c"})
	if err := cell.Prepare(); err != nil {
		t.Fatal(err)
	}
	l, err := openLogs(cell)
	if err != nil {
		t.Fatal(err)
	}
	f := fixture.NewFake(part.Config{Settings: methods.Defaults()})
	want := tally{lossN: 2, stepMS: []float64{3, 1.0 / 3}}
	if err := l.save(cell, f, Progress{step: 2, tally: want}, 1); err != nil {
		t.Fatal(err)
	}
	cp, err := cell.Checkpoint()
	if err != nil {
		t.Fatal(err)
	}
	got, err := l.restore(cp, f)
	if diff := cmp.Diff(want.stepMS, got.stepMS); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	if err := l.close(); err != nil {
		t.Error(err)
	}
}

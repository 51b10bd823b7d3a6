package budget

import (
	"context"
	"errors"
	"testing"

	"protobench/datasets"
	"protobench/harness/cell"
	"protobench/harness/internal/fixture"
	"protobench/harness/internal/standin"
)

// What is extrapolated from few prototypes is what many take.
func TestNeedsOfManyPrototypes(t *testing.T) {
	for name, method := range map[string]string{
		"linear": "name = \"swav\"\nobservers = [\"joint\"]", "in pairs": "name = \"spread\"\nobjective = \"swav\"\nlearner = \"joint\"\nregularizers = [\"orthogonality\"]",
	} {
		text := "name = \"x\"\nreferences = false\n[train]\nbatch = 8\n[prototypes]\ninit = \"random\"\ncount = 6000\n[[method]]\n" + method + "\n"
		j := &standin.Jobs(t, text)[0]
		x := newNeeder(cell.Real(), datasets.NewLibrary(fixture.Open))
		whole, _, err := cell.Weigh(j, cell.Real(), datasets.NewLibrary(fixture.Open))
		if err != nil {
			t.Fatal(err)
		}
		n, err := x.of(j)
		if err != nil || float64(n.Training) < 0.9*float64(whole) || float64(n.Training) > 1.1*float64(whole) {
			t.Errorf("%s: %d bytes, built it holds %d, %v", name, n.Training, whole, err)
		}
	}
}

// An engine that builds nothing is no reason to refuse anything.
func TestNeedsOfWhatCannotBeBuilt(t *testing.T) {
	jobs := standin.Jobs(t, fixture.Small)
	e := standin.Engine(func(*fixture.Fake) { panic("no") })
	if _, err := newNeeder(e, datasets.NewLibrary(fixture.Open)).of(&jobs[3]); err == nil || errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if n := Needs(jobs[3:4], e, datasets.NewLibrary(fixture.Open)); n[0].Training != 0 || n[0].Total() == 0 {
		t.Errorf("%+v", n)
	}
}

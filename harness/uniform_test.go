package harness

import (
	"strings"
	"testing"

	"protobench/datasets"
	"protobench/harness/cell"
	"protobench/harness/store"
)

// uniformSweep has each objective at a setting that learns and at one under which nothing can be
// learned: DINO's teacher hotter than its student, SwAV's student at a temperature of 10.
const uniformSweep = `
name = "uniform"
question = "Is uniform collapse named?"
seeds = 1
references = false
data = { name = "shapes", train = 600, test = 40 }
encoder = { name = "convnet", width = 4, depth = 2, stem_stride = 2, hidden = 64, dim = 64 }
train = { epochs = 4, batch = 32 }
loss = { temperature = 0.1 }
prototypes = { count = 64 }
[[method]]
name = "dino"
[[method]]
name = "dino-hot"
objective = "dino"
learner = "joint"
dino.teacher_temperature = 0.3
[[method]]
name = "swav"
[[method]]
name = "swav-hot"
objective = "swav"
learner = "joint"
loss.temperature = 10
`

// TestUniformCollapseIsNamed trains what public reports describe: the loss stands at ln K, while
// the argmax over near-equal scores uses as many prototypes as a training that learns.
func TestUniformCollapseIsNamed(t *testing.T) {
	if testing.Short() {
		t.Skip("trains")
	}
	p, err := NewPlan("uniform", uniformSweep, Catalogue(), datasets.NewLibrary(datasets.Open))
	if err != nil {
		t.Fatal(err)
	}
	dir, o := t.TempDir(), options(cell.Real())
	o.Jobs, o.Data = 2, datasets.NewLibrary(datasets.Open)
	if _, err := Run(t.Context(), p, p.Jobs, dir, o); err != nil {
		t.Fatal(err)
	}
	for _, c := range cellsOf(t, dir) {
		r, name := c.Result, c.Result.Cell.Method
		status, reason := store.OK, ""
		switch name {
		case "dino-hot":
			status, reason = store.Collapsed, "targets are uniform"
		case "swav-hot":
			status, reason = store.Collapsed, "predictions are uniform"
		}
		if r.Outcome.Status != status || !strings.HasPrefix(r.Outcome.Reason, reason) {
			t.Errorf("%s: %+v, want %s: %s", name, r.Outcome, status, reason)
		}
	}
}

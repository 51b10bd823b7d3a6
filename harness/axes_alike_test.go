package harness

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/datasets"
	"protobench/harness/cell"
	"protobench/harness/internal/fixture"
	"protobench/methods"
	"protobench/methods/part"
)

// witness is a trainer that writes down what it is shown and how it starts.
type witness struct {
	cell.Trainer
	saw *testimony
}

// testimony is all that arms of one seed have to share but for their axes.
type testimony struct {
	Views   []string          // of every batch, before the first step and in the steps
	Encoder map[string]string // both branches' weights and statistics before the first step
	Drawn   string            // prototypes as they are drawn
	Started string            // prototypes before the first step
}

func digest(x []float32) string {
	var b []byte
	for _, v := range x {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:8])
}

func (w *witness) Prepare(next func() []float32) error {
	w.saw.Drawn = digest(w.Learned()[0].Initial)
	err := w.Trainer.Prepare(func() []float32 {
		x := next()
		w.saw.Views = append(w.saw.Views, digest(x))
		return x
	})
	w.saw.Encoder = map[string]string{}
	for _, n := range w.State() {
		if strings.HasPrefix(n.Name, "student.") || strings.HasPrefix(n.Name, "teacher.") {
			w.saw.Encoder[n.Name] = digest(n.F32)
		}
	}
	w.saw.Started = digest(w.Learned()[0].Initial)
	return err
}

func (w *witness) Step(views []float32) (methods.StepResult, error) {
	w.saw.Views = append(w.saw.Views, digest(views))
	return w.Trainer.Step(views)
}

// testify runs one arm through the harness.
func testify(t *testing.T, init, method string) testimony {
	t.Helper()
	p, err := NewPlan("t.toml", `
name = "x"
seeds = [3]
references = false
[train]
batch = 8
epochs = 2
[evaluate]
every = 2
dense_epochs = 0
[prototypes]
count = 6
init = "`+init+`"
[carp]
block = 3
[hyperspherical]
steps = 20
[encoder]
width = 4
depth = 2
hidden = 16
dim = 8
[[method]]
name = "x"
`+method+`
[[method]]
name = "reads-the-rest"
objective = "carp"
learner = "hyperspherical"
`, Catalogue(), datasets.NewLibrary(fixture.Open))
	if err != nil {
		t.Fatal(err)
	}
	var saw testimony
	o := options(cell.Real())
	o.Engine.Trainer = func(cfg part.Config) (cell.Trainer, error) {
		tr, err := methods.New(cfg)
		return &witness{tr, &saw}, err
	}
	if s, err := Run(t.Context(), p, p.Jobs[:1], t.TempDir(), o); err != nil || len(s.Failed) > 0 {
		t.Fatalf("%s: %v, %v", method, s.Failed, err)
	}
	return saw
}

// TestChangingOneAxisChangesNothingElse: arms of a seed see the same images in the same order under
// the same augmentations, and start from the same encoder and the same prototypes, whatever their
// learner, regularizers, embedding or observers.
func TestChangingOneAxisChangesNothingElse(t *testing.T) {
	arm := func(objective, learner, more string) string {
		return fmt.Sprintf("objective = %q\nlearner = %s\n%s", objective, learner, more)
	}
	for objective, init := range map[string]string{"swav": "data", "carp": "random"} {
		others := []string{
			arm(objective, `"joint"`, `regularizers = ["koleo-prototypes", "koleo-features"]`),
			arm(objective, `"joint"`, `observers = ["gmm", "kmeans"]`),
			arm(objective, `[{name = "gmm", until = 1}, {name = "joint"}]`, ""),
		}
		for _, l := range Catalogue().Names("learner") {
			if !slices.Contains(Catalogue().Names("objective"), l) {
				others = append(others, arm(objective, fmt.Sprintf("%q", l), ""))
			}
		}
		if init == "random" { // a start from data is from the embeddings, so centred ones give another
			others = append(others, arm(objective, `"joint"`, `embedding = "centred"`))
		}
		host := testify(t, init, arm(objective, `"joint"`, ""))
		if len(host.Views) != 50+2*5 || len(host.Encoder) == 0 || (host.Drawn == host.Started) != (init == "random") {
			t.Fatalf("%s, %s: %d batches, %d weights, prototypes from %s to %s", objective, init, len(host.Views), len(host.Encoder), host.Drawn, host.Started)
		}
		for _, m := range others {
			got := testify(t, init, m)
			if strings.Contains(m, "hyperspherical") { // spreads the prototypes before the first step
				if got.Started == host.Started {
					t.Error("hyperspherical prototypes are not spread")
				}
				got.Started = host.Started
			}
			if diff := cmp.Diff(host, got); diff != "" {
				t.Errorf("%s: %.600s", m, diff)
			}
		}
	}
}

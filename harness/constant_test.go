package harness

import (
	"path/filepath"
	"strings"
	"testing"

	"protobench/datasets"
	"protobench/harness/cell"
	"protobench/harness/internal/fixture"
	"protobench/harness/internal/standin"
	"protobench/harness/store"
	"protobench/methods/part"
)

// dullSet has three classes that differ by a few gray levels in one place on a background which all
// images share.
func dullSet() *datasets.Set {
	images := func(n int) datasets.Images {
		im := datasets.Images{Height: 8, Width: 8, Channels: 1}
		for i := range n {
			im.Labels = append(im.Labels, i%3)
			for y := range 8 {
				for x := range 8 {
					v := 40 + 20*((3*x+5*y)%8) + (i*7+x*3+y)%2
					if y/2 == i%3 && x < 4 {
						v += 6
					}
					im.Pixels = append(im.Pixels, uint8(v))
				}
			}
		}
		return im
	}
	train := images(96)
	return &datasets.Set{
		Name: "dull", Train: train, Probe: train, Test: images(30), Classes: 3,
		Mean: [3]float32{0.43}, Std: [3]float32{0.18}, Fingerprint: "dull",
	}
}

// dullPlan is of two arms that learn, and of an arm that does not move, on the dull set.
const dullPlan = `
name = "x"
[train]
batch = 16
epochs = 8
[encoder]
depth = 2
width = 8
hidden = 16
dim = 8
[augment]
crop_min = 1.0
jitter_prob = 0.0
blur = 0.0
[prototypes]
count = 8
init = "data"
[[method]]
name = "swav, centred"
objective = "swav"
learner = "joint"
embedding = "centred"
[[method]]
name = "swav+gmm"
[[method]]
name = "still"
objective = "swav"
learner = "joint"
embedding = "centred"
train.lr = 1e-9
`

// Features that tell all classes apart, as much as the images let them, have not collapsed, and an
// encoder that never moved has not either.
func TestFeaturesOfDullImagesAreNotConstant(t *testing.T) {
	o := options(cell.Real())
	o.Data = datasets.NewLibrary(func(datasets.Options) (*datasets.Set, error) { return dullSet(), nil })
	p, err := NewPlan("t.toml", dullPlan, Catalogue(), o.Data)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "run")
	if s, err := Run(t.Context(), p, p.Jobs, dir, o); err != nil || s.Done != 6 {
		t.Fatal(s, err)
	}
	for _, c := range cellsOf(t, dir) {
		m, outcome := c.Result.Metrics, c.Result.Outcome
		if outcome.Status != store.OK || m["linear@backbone.teacher"] != 1 {
			t.Errorf("%s: %+v, accuracy %v", c.Result.Cell.Method, outcome, m["linear@backbone.teacher"])
		}
		if std := m["feature_std.teacher"]; c.Result.Cell.Learner != "" && !(std > 0 && std < 0.1) {
			t.Errorf("%s: the standard deviation is %v, which is no test", c.Result.Cell.Method, std)
		}
	}
}

// fallen is an arm whose features have fallen to a point.
type fallen struct{ *fixture.Fake }

func (f fallen) Features(b part.Branch, images []float32) (backbone, embedding []float32, err error) {
	backbone, embedding, err = f.Fake.Features(b, images)
	for i := range backbone {
		backbone[i] = 5 + backbone[i]/1000
	}
	return backbone, embedding, err
}

func TestArmsWithConstantFeaturesEndCollapsed(t *testing.T) {
	engine := standin.Engine(nil)
	engine.Trainer = func(cfg part.Config) (cell.Trainer, error) { return fallen{fixture.NewFake(cfg)}, nil }
	dir := filepath.Join(t.TempDir(), "run")
	execute(t.Context(), t, dir, options(engine))
	for _, c := range cellsOf(t, dir) {
		got, arm := c.Result.Outcome, c.Result.Cell.Learner != ""
		if arm != (got.Status == store.Collapsed) || arm != strings.HasPrefix(got.Reason, "teacher features' standard deviation is 0.000") {
			t.Errorf("%s: %+v", c.Result.Cell.Method, got)
		}
	}
}

package harness

import (
	"math"
	"path/filepath"
	"strings"
	"testing"

	"protobench/datasets"
	"protobench/harness/store"
	"protobench/harness/sweep"
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
	o := options(Real())
	o.Data = NewLibrary(func(datasets.Options) (*datasets.Set, error) { return dullSet(), nil })
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

// spread is a set of features [n,2] whose relative standard deviation is about a given one: the
// unit vectors at small angles ±a have a in one dimension and nothing in the other.
func spread(deviation float64) extractor {
	return func(images []float32) (backbone, embedding []float32, err error) {
		for i := range len(images) / 48 {
			a := math.Sqrt2 * deviation * float64(1-2*(i%2))
			backbone = append(backbone, float32(math.Cos(a)), float32(math.Sin(a)))
		}
		return backbone, nil, nil
	}
}

// fixed is an untrained network with given features.
type fixed struct {
	Supervised
	of extractor
}

func (f fixed) Features(images []float32) ([]float32, error) {
	x, _, err := f.of(images)
	return x, err
}

func TestConstantFeaturesAreJudgedByTheUntrainedEncoderAndTheImages(t *testing.T) {
	for _, c := range []struct {
		name               string
		trained, untrained float64
		dull               bool // images alike
		want               bool
	}{
		{"sound", 0.3, 0.5, false, false},
		{"a little above the share", 0.022, 0.2, false, false},
		{"a little under it", 0.018, 0.2, false, true},
		{"like the untrained", 0.01, 0.01, false, false},
		{"fallen, from little", 0.0009, 0.01, false, true},
		{"as the images", 0.01, 0.5, true, false},
		{"fallen under the images too", 1e-5, 0.5, true, true},
		{"a point", 0, 0.5, false, true},
		{"untrained features are a point too", 0, 0, false, false},
	} {
		set, cell := testSet(), sweep.Cell{Settings: sweep.Defaults()}
		cell.Settings.MustSet("train.batch", 8)
		if c.dull {
			for i := range set.Train.Pixels {
				set.Train.Pixels[i] = uint8(160 + i/48%2*(i%2))
			}
		}
		b, err := newBatches(set, &cell)
		if err != nil {
			t.Fatal(err)
		}
		r := &cellRun{job: &Job{Cell: cell}, set: set, batches: b}
		r.engine.Untrained = func(part.Config) (Supervised, error) { return fixed{fakeRow{}, spread(c.untrained)}, nil }
		x, _, err := b.extract(t.Context(), &set.Train, spread(c.trained))
		if err != nil {
			t.Fatal(err)
		}
		o := newOutcome()
		o.deviation = relativeStdOf(ofFeatures(x))
		if !(math.Abs(o.deviation-c.trained) <= 0.02*c.trained) {
			t.Fatalf("%s: the deviation is %v, want %v", c.name, o.deviation, c.trained)
		}
		if err := r.refuseConstant(t.Context(), o); err != nil || (o.collapsed != "") != c.want {
			t.Errorf("%s: %q, %v", c.name, o.collapsed, err)
		}
		if c.name == "a little under it" && !strings.Contains(o.collapsed, "standard deviation is 0.0182 of 1/√d, under 0.1 of the untrained encoder's 0.2") {
			t.Error(o.collapsed)
		}
	}
}

// fallen is an arm whose features have fallen to a point.
type fallen struct{ *fake }

func (f fallen) Features(b part.Branch, images []float32) (backbone, embedding []float32, err error) {
	backbone, embedding, err = f.fake.Features(b, images)
	for i := range backbone {
		backbone[i] = 5 + backbone[i]/1000
	}
	return backbone, embedding, err
}

func TestArmsWithConstantFeaturesEndCollapsed(t *testing.T) {
	engine := fakeEngine(nil)
	engine.Trainer = func(cfg part.Config) (Trainer, error) { return fallen{newFake(cfg)}, nil }
	dir := filepath.Join(t.TempDir(), "run")
	execute(t.Context(), t, dir, options(engine))
	for _, c := range cellsOf(t, dir) {
		got, arm := c.Result.Outcome, c.Result.Cell.Learner != ""
		if arm != (got.Status == store.Collapsed) || arm != strings.HasPrefix(got.Reason, "teacher features' standard deviation is 0.000") {
			t.Errorf("%s: %+v", c.Result.Cell.Method, got)
		}
	}
}

package cell

import (
	"math"
	"strings"
	"testing"

	"protobench/harness/internal/fixture"
	"protobench/harness/sweep"
	"protobench/methods/part"
)

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
		set, cell := fixture.Noise(), sweep.Cell{Settings: sweep.Defaults()}
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
		r := &Run{job: &Job{Cell: cell}, set: set, batches: b}
		r.with.Engine.Untrained = func(part.Config) (Supervised, error) { return fixed{fixture.Row{}, spread(c.untrained)}, nil }
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

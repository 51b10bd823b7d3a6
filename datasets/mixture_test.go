package datasets

import (
	"math"
	"strings"
	"testing"
)

func mixtureOptions() Options {
	return Options{Name: "mixture", Train: 3000, Test: 60, Imbalance: 1, Modes: 5, Dim: 16, Separation: 2, Noise: 0.5, Seed: 4}
}

// coordinates are the vectors as an encoder sees them without augmentation.
func coordinates(s *Set, im *Images, i int) []float64 {
	var x []float64
	for _, p := range im.Image(i) {
		x = append(x, (float64(p)/255-float64(s.Mean[0]))/float64(s.Std[0]))
	}
	return x
}

// TestMixtureIsTheMixture estimates the modes back: their means, their deviations and their shares.
func TestMixtureIsTheMixture(t *testing.T) {
	o := mixtureOptions()
	s := open(t, o)
	modes := MixtureModes(o)
	mean, square := make([]float64, len(modes)), 0.0
	for i, c := range s.Train.Labels {
		for j, v := range coordinates(s, &s.Train, i) {
			mean[c*o.Dim+j] += v * float64(o.Modes) / float64(o.Train)
			d := v - float64(modes[c*o.Dim+j])
			square += d * d / float64(o.Train)
		}
	}
	for i, v := range mean {
		if math.Abs(v-float64(modes[i])) > 0.03 {
			t.Errorf("mode %d, dimension %d: mean %g, want %g", i/o.Dim, i%o.Dim, v, modes[i])
		}
	}
	if length := math.Sqrt(square); math.Abs(length-1/o.Separation) > 0.01 {
		t.Errorf("deviations have the length %g, want %g", length, 1/o.Separation)
	}
	if want := o.Noise / o.Separation / 4; math.Abs(float64(s.Noise)-want) > 1e-6 {
		t.Errorf("views get noise of %g a coordinate, want %g", s.Noise, want)
	}
	for c, n := range s.Train.Counts(o.Modes) {
		if n != o.Train/o.Modes {
			t.Errorf("mode %d has %d vectors", c, n)
		}
	}
}

// TestMixtureOffset checks that an offset moves all vectors alike, by its length, and leaves the
// modes' own means where they are.
func TestMixtureOffset(t *testing.T) {
	o := mixtureOptions()
	plain := MixtureModes(o)
	o.Offset = 8
	s, offset, length := open(t, o), MixtureOffset(o), 0.0
	mean := make([]float64, o.Dim)
	for i := range s.Train.Labels {
		for j, v := range coordinates(s, &s.Train, i) {
			mean[j] += v / float64(o.Train)
		}
	}
	for j, v := range offset {
		length += float64(v) * float64(v)
		want := float64(v)
		for c := range o.Modes {
			want += float64(plain[c*o.Dim+j]) / float64(o.Modes)
			if got := MixtureModes(o)[c*o.Dim+j] - v; math.Abs(float64(got-plain[c*o.Dim+j])) > 1e-6 {
				t.Errorf("mode %d, dimension %d: %g beside the offset, without one %g", c, j, got, plain[c*o.Dim+j])
			}
		}
		if math.Abs(mean[j]-want) > 0.03 {
			t.Errorf("dimension %d: the vectors' mean is %g, want %g", j, mean[j], want)
		}
	}
	if math.Abs(math.Sqrt(length)-o.Offset) > 1e-5 {
		t.Errorf("the offset's length is %g", math.Sqrt(length))
	}
}

func TestMixtureSplitsAndSeeds(t *testing.T) {
	o := mixtureOptions()
	s := open(t, o)
	if again := open(t, o); again.Fingerprint != s.Fingerprint {
		t.Error("the same options make other vectors")
	}
	for name, change := range map[string]func(*Options){
		"seed": func(o *Options) { o.Seed++ }, "modes": func(o *Options) { o.Modes++ }, "separation": func(o *Options) { o.Separation++ },
		"dim": func(o *Options) { o.Dim++ }, "offset": func(o *Options) { o.Offset = 1 }, "imbalance": func(o *Options) { o.Imbalance = 4 },
	} {
		other := o
		change(&other)
		if open(t, other).Fingerprint == s.Fingerprint {
			t.Errorf("data.%s changes nothing", name)
		}
	}
	o.Imbalance = 10
	tailed := open(t, o)
	if n := tailed.Train.Counts(o.Modes); n[0] != 600 || n[4] != 60 {
		t.Errorf("a long tail leaves %v", n)
	}
	if tailed.Std != s.Std {
		t.Error("the tail changes the scale")
	}
}

func TestMixtureRefuses(t *testing.T) {
	for _, c := range []struct {
		want   string
		change func(*Options)
	}{
		{"data.modes: ", func(o *Options) { o.Modes = 0 }},
		{"data.dim: ", func(o *Options) { o.Dim = 1 }},
		{"data.noise: ", func(o *Options) { o.Noise = 0 }},
		{"data.offset: -1 is", func(o *Options) { o.Offset = -1 }},
		{"data.offset: 8.5 is", func(o *Options) { o.Offset = 8.5 }},
		{"data.offset: NaN is", func(o *Options) { o.Offset = math.NaN() }},
		{"data.separation: ", func(o *Options) { o.Separation = math.NaN() }},
		{"data.train: ", func(o *Options) { o.Train = 0 }},
	} {
		o := mixtureOptions()
		c.change(&o)
		if _, err := Open(o); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%v, want %s…", err, c.want)
		}
	}
}

package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestJudge(t *testing.T) {
	nan := math.NaN()
	more, less, none := Hypothesis{More, 5}, Hypothesis{Less, 5}, Hypothesis{None, 5}
	cases := []struct {
		name       string
		mean, half float64
		p          float64
		h          Hypothesis
		want       Verdict
	}{
		{"clear", 12, 3, 0.01, more, Supported},
		{"clear, but p after Holm is not", 12, 3, 0.06, more, Undecided},
		{"there, but too small to matter", 3, 1, 0.01, more, NotSupported},
		{"there, perhaps large enough", 4, 2, 0.01, more, Undecided},
		{"the other way", -12, 3, 0.01, more, NotSupported},
		{"anything", 1, 30, 0.9, more, Undecided},
		{"one seed", 12, nan, 1, more, Undecided},
		{"no seed", nan, nan, nan, more, Undecided},
		{"less, clear", -12, 3, 0.01, less, Supported},
		{"less, too small", -3, 1, 0.01, less, NotSupported},
		{"less, the other way", 12, 3, 0.01, less, NotSupported},
		{"less, perhaps", -4, 2, 0.01, less, Undecided},
		{"no effect", 1, 3, 0.4, none, Supported},
		{"no effect, even where p says that it is none by chance", 2, 1, 0.01, none, Supported},
		{"an effect", 12, 3, 0.01, none, NotSupported},
		{"an effect, the other way", -12, 3, 0.01, none, NotSupported},
		{"perhaps an effect", 4, 3, 0.01, none, Undecided},
		{"one seed, none", 0, nan, 1, none, Undecided},
		{"any effect at all", 0.1, 0.05, 0.01, Hypothesis{More, 0}, Supported},
		{"nothing at all", 0, 0, 1, Hypothesis{More, 0}, Undecided},
	}
	for _, c := range cases {
		if got := Judge(Estimate{N: 9, Mean: c.mean, Half: c.half}, c.p, c.h); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

const experiments = 600

// experiment judges m hypotheses on n pairs each, normal with a true mean in standard deviations,
// as a sweep's claims are.
func experiment(rng *rand.Rand, n, m int, mean float64, h Hypothesis) []Verdict {
	estimates, p := make([]Estimate, m), make([]float64, m)
	for i := range m {
		d := make([]float64, n)
		for j := range d {
			d[j] = mean + rng.NormFloat64()
		}
		estimates[i], p[i] = Estimated(d), SignFlip(d)
	}
	out := make([]Verdict, m)
	for i, adjusted := range Holm(p) {
		out[i] = Judge(estimates[i], adjusted, h)
	}
	return out
}

// share is how many of the experiments hold one verdict at least that is wanted.
func share(n, m int, mean float64, h Hypothesis, want Verdict) float64 {
	rng := rand.New(rand.NewPCG(3, uint64(n*m)))
	hits := 0
	for range experiments {
		for _, v := range experiment(rng, n, m, mean, h) {
			if v == want {
				hits++
				break
			}
		}
	}
	return float64(hits) / experiments
}

// Where nothing is true, no more than one experiment in twenty says of any claim that it is
// supported; where a claim holds with just the effect that matters, no more than one in forty
// says that it does not, nor where two things differ by just too much that they are equal. Three
// standard errors of the simulation are granted.
func TestJudgeErrs(t *testing.T) {
	within := func(name string, got, limit float64) {
		t.Helper()
		if slack := 3 * math.Sqrt(limit*(1-limit)/experiments); got > limit+slack {
			t.Errorf("%s: %.3f of the experiments, at most %.3f", name, got, limit)
		}
	}
	for _, n := range []int{3, 6, 9} {
		for _, m := range []int{1, 4} {
			within("supported, though nothing is there", share(n, m, 0, Hypothesis{More, 0}, Supported), Level/2)
		}
		within("not supported, though just there", share(n, 1, 1, Hypothesis{More, 1}, NotSupported), 0.025)
		within("equal, though just not", share(n, 1, 1, Hypothesis{None, 1}, Supported), 0.025)
		within("not equal, though just equal", share(n, 1, 1, Hypothesis{None, 1}, NotSupported), 0.025)
	}
}

// The detectable effect is found in four of five experiments, or nearly: the sign-flip test has
// coarse p-values.
func TestDetectableEffect(t *testing.T) {
	for _, c := range [][2]int{{9, 1}, {9, 4}, {11, 4}} {
		n, m := c[0], c[1]
		effect := DetectableEffect(1, n, m)
		if got := alone(n, m, effect); got < 0.7 || got > 0.9 {
			t.Errorf("n = %d, m = %d: an effect of %.2f standard deviations is found in %.2f of the experiments", n, m, effect, got)
		}
	}
	if v := DetectableEffect(1, 6, 2); !math.IsNaN(v) {
		t.Errorf("six pairs cannot show two things, but an effect of %g was said to be detectable", v)
	}
	if v := DetectableEffect(1, 1, 1); !math.IsNaN(v) {
		t.Errorf("one pair: %g", v)
	}
}

// alone is how often one test of a family of m is significant that stands at Holm's strictest
// level.
func alone(n, m int, mean float64) float64 {
	rng := rand.New(rand.NewPCG(5, uint64(n*m)))
	hits := 0
	for range experiments {
		d := make([]float64, n)
		for j := range d {
			d[j] = mean + rng.NormFloat64()
		}
		if float64(m)*SignFlip(d) < Level {
			hits++
		}
	}
	return float64(hits) / experiments
}

func TestSlope(t *testing.T) {
	if got := Slope([]float64{1, 2, 4}, []float64{3, 5, 9}); math.Abs(got-2) > 1e-12 {
		t.Errorf("slope %g, want 2", got)
	}
	if got := Slope([]float64{2, 2}, []float64{1, 5}); !math.IsNaN(got) {
		t.Errorf("slope over one x: %g", got)
	}
}

package stats

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

const samples = 2500

// covers is the share of samples whose interval holds the true mean.
func covers(n int, mean float64, draw func() float64, summarise func([]float64) Estimate) float64 {
	hits := 0
	x := make([]float64, n)
	for range samples {
		for i := range x {
			x[i] = draw()
		}
		if low, high := summarise(x).Interval(); low <= mean && mean <= high {
			hits++
		}
	}
	return float64(hits) / samples
}

func shares(x []float64) Estimate { return EstimatedWithin(x, 0, 100) }

// On normal data both intervals hold the true mean in 93 to 97 of 100 experiments, that of shares
// near the ends too.
func TestIntervalsCoverNormalMeans(t *testing.T) {
	for _, n := range []int{3, 5, 10} {
		rng := rand.New(rand.NewPCG(11, uint64(n)))
		normal := func(mean, sd float64) func() float64 { return func() float64 { return mean + sd*rng.NormFloat64() } }
		for name, got := range map[string]float64{
			"t":                  covers(n, -3, normal(-3, 7), Estimated),
			"shares around 50 %": covers(n, 50, normal(50, 6), shares),
			"shares around 90 %": covers(n, 90, normal(90, 2), shares),
		} {
			if got < 0.93 || got > 0.97 {
				t.Errorf("n = %d, %s: %.3f", n, name, got)
			}
		}
	}
}

// Shares near an end are skewed. There the interval of shares holds the true mean in 93 of 100
// experiments where the t-interval falls below 91; and it never leaves 0 to 100.
func TestIntervalsCoverMeansOfSkewedShares(t *testing.T) {
	for _, c := range []struct{ mean, sd float64 }{{0.97, 0.03}, {0.99, 0.01}, {0.05, 0.05}} {
		nu := c.mean*(1-c.mean)/(c.sd*c.sd) - 1
		for _, n := range []int{3, 5, 10} {
			draw := func() func() float64 {
				beta := distuv.Beta{Alpha: c.mean * nu, Beta: (1 - c.mean) * nu, Src: rand.NewPCG(13, uint64(n))}
				return func() float64 { return 100 * beta.Rand() }
			}
			within, student := covers(n, 100*c.mean, draw(), shares), covers(n, 100*c.mean, draw(), Estimated)
			if within < 0.925 || within > 0.97 || student > 0.915 {
				t.Errorf("mean %g, n = %d: %.3f, and %.3f of the t-interval", c.mean, n, within, student)
			}
		}
	}
}

func TestEstimatedWithin(t *testing.T) {
	e := EstimatedWithin([]float64{97, 98, 99.5}, 0, 100)
	if !(e.Low > 90 && e.Low < e.Mean-e.Half && e.High > 99 && e.High < 100) {
		t.Errorf("%+v", e)
	}
	if e := EstimatedWithin([]float64{47, 50, 53}, 0, 100); math.Abs(e.Low-(e.Mean-e.Half)) > 0.1 || math.Abs(e.High+e.Low-100) > 1e-9 {
		t.Errorf("in the middle: %+v", e)
	}
	if e := EstimatedWithin([]float64{99, 101, 100}, 0, 100); e.High != e.Mean+e.Half {
		t.Errorf("no share: %+v", e)
	}
	for _, equal := range [][]float64{{100, 100, 100}, {0, 0, 0}, {40, 40, 40}, {1, 2}, {7}, nil} {
		if low, high := EstimatedWithin(equal, 0, 100).Interval(); !math.IsNaN(low) {
			t.Errorf("%v has the interval %g to %g", equal, low, high)
		}
	}
}

// Where no arm differs from its baseline, Holm over 20 sign-flip tests finds a difference in no more
// than one experiment in twenty, at any number of seeds; at eleven, where it can, too.
func TestFalsePositivesOfTwentyComparisons(t *testing.T) {
	const families = 500
	for _, n := range []int{3, 6, 10, 11} {
		rng := rand.New(rand.NewPCG(17, uint64(n)))
		wrong := 0
		for range families {
			wrong += found(rng, n, 20)
		}
		rate := float64(wrong) / families
		if limit := Level + 3*math.Sqrt(Level*(1-Level)/families); rate > limit {
			t.Errorf("n = %d: %.3f of the experiments", n, rate)
		}
		if n >= SeedsNeeded(20) == (rate == 0) {
			t.Errorf("n = %d: %.3f of the experiments, and %d seeds can show something", n, rate, SeedsNeeded(20))
		}
	}
}

// found is 1 where one of m comparisons with one baseline of normal values on n seeds is significant.
func found(rng *rand.Rand, n, m int) int {
	base, p := make([]float64, n), make([]float64, m)
	for i := range base {
		base[i] = rng.NormFloat64()
	}
	for c := range p {
		d := make([]float64, n)
		for i := range d {
			d[i] = rng.NormFloat64() - base[i]
		}
		p[c] = SignFlip(d)
	}
	for _, adjusted := range Holm(p) {
		if adjusted < Level {
			return 1
		}
	}
	return 0
}

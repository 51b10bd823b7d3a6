package stats

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

var close9 = cmp.Options{cmpopts.IgnoreFields(Estimate{}, "Values"), cmpopts.EquateApprox(1e-9, 1e-9), cmpopts.EquateNaNs()}

// Quantiles of Student's t from printed tables: 4.30265 (2), 12.7062 (1), 2.57058 (5).
func TestEstimated(t *testing.T) {
	nan := math.NaN()
	cases := []struct {
		values []float64
		want   Estimate
	}{
		{[]float64{0.1, 0.2, 0.3}, symmetric(3, 0.2, 0.1, 4.302652729911275*0.1/math.Sqrt(3))},
		{[]float64{1, 3}, symmetric(2, 2, math.Sqrt2, 12.706204736432095)},
		{[]float64{1, 2, 3, 4, 5, 6}, symmetric(6, 3.5, math.Sqrt(3.5), 2.5705818366147395*math.Sqrt(3.5/6))},
		{[]float64{7}, symmetric(1, 7, nan, nan)},
		{[]float64{nan, 2, math.Inf(1), 4}, symmetric(2, 3, math.Sqrt2, 12.706204736432095)},
		{nil, symmetric(0, nan, nan, nan)},
		// A mean that is rounded, far above the deviations: squares of deviations, not of values.
		{[]float64{1e9, 1e9 + 1, 1e9 + 3}, symmetric(3, 1e9+4.0/3, math.Sqrt(7.0/3), 4.302652729911275*math.Sqrt(7.0/9))},
	}
	for _, c := range cases {
		if d := cmp.Diff(c.want, Estimated(c.values), close9); d != "" {
			t.Errorf("%v: %s", c.values, d)
		}
	}
	if e := Estimated([]float64{nan, 2, math.Inf(1), 4}); !slices.Equal(e.Values, []float64{2, 4}) {
		t.Errorf("values %v", e.Values)
	}
	if e := Estimated([]float64{0.1, 0.2, 0.3}); !(math.Abs(e.Half-0.248) <= 0.0005) {
		t.Errorf("half width %g, want 0.248", e.Half)
	}
}

func symmetric(n int, mean, sd, half float64) Estimate {
	return Estimate{N: n, Mean: mean, SD: sd, Half: half, Low: mean - half, High: mean + half}
}

func TestSignFlip(t *testing.T) {
	cases := []struct {
		d    []float64
		want float64
	}{
		{[]float64{1, 1, 1}, 0.25},
		{[]float64{1, 2, 3, 4, 5, 6}, 2.0 / 64},
		{[]float64{-1, -2, -3, -4, -5, -6}, 2.0 / 64},
		{[]float64{1, 2, -3}, 1},           // the observed sum is 0
		{[]float64{1, 2, 3, -1}, 6.0 / 16}, // |sum| >= 5: ±(1,2,3,±1), ±(−1,2,3,1)
		{[]float64{0, 0}, 1},
		{[]float64{0.1, 0.2, 0.3}, 0.25}, // sums that differ by rounding alone
		{nil, math.NaN()},
	}
	for _, c := range cases {
		if got := SignFlip(c.d); !cmp.Equal(c.want, got, close9) {
			t.Errorf("%v: got %g, want %g", c.d, got, c.want)
		}
	}
}

func TestSignFlipProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.SliceOfN(rapid.Float64Range(-5, 5), 1, 8).Draw(t, "d")
		p := SignFlip(d)
		if !(p >= SmallestP(len(d)) && p <= 1) {
			t.Fatalf("p %g outside [%g, 1]", p, SmallestP(len(d)))
		}
		turned := make([]float64, len(d))
		for i, v := range d {
			turned[len(d)-1-i] = -v
		}
		if q := SignFlip(turned); q != p {
			t.Fatalf("p %g, but %g with signs and order turned", p, q)
		}
	})
}

// Differences that are whole numbers of anything give what these give: sums that differ by rounding
// alone count as equal, at any scale.
func TestSignFlipOfRoundedSums(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := rapid.SliceOfN(rapid.IntRange(-9, 9), 1, 9).Draw(t, "whole")
		unit := rapid.SampledFrom([]float64{0.1, 0.3e-9, 0.7e9}).Draw(t, "unit")
		var counted, d []float64
		for _, v := range whole {
			counted, d = append(counted, float64(v)), append(d, float64(v)*unit)
		}
		if p, want := SignFlip(d), SignFlip(counted); p != want {
			t.Fatalf("p %g, want %g", p, want)
		}
	})
	if p := SignFlip([]float64{0.1, 0.2, 0.4, -0.3, -0.1}); p != flipShare([]int{1, 2, 4, -3, -1}) {
		t.Errorf("p %g, want %g", p, flipShare([]int{1, 2, 4, -3, -1}))
	}
}

// flipShare is the exact p of whole differences: the number of sign patterns of each sum, one
// difference after the other.
func flipShare(d []int) float64 {
	sum, patterns := 0, map[int]float64{0: 1}
	for _, v := range d {
		sum += v
		next := map[int]float64{}
		for s, n := range patterns {
			next[s+v] += n / 2
			next[s-v] += n / 2
		}
		patterns = next
	}
	var p float64
	for s, share := range patterns {
		if s*s >= sum*sum {
			p += share
		}
	}
	return p
}

func TestSignFlipCountsAllOfTwenty(t *testing.T) {
	d := make([]float64, 20)
	for i := range d {
		d[i] = 1
	}
	if p := SignFlip(d); p != SmallestP(20) {
		t.Errorf("p %g, want 2 of 2^20", p)
	}
	if p := SignFlip(append(d, 1)); p != SmallestP(21) { // drawn: the observed pattern alone
		t.Errorf("p %g, want 1 of 100,001", p)
	}
	if p := SignFlip(make([]float64, 21)); p != 1 {
		t.Errorf("p %g of differences of 0, want 1", p)
	}
}

// Beyond the exact limit the drawn p is near the exact one, within four standard errors, and
// always the same; 64 patterns' signs come from one number.
func TestSignFlipSampled(t *testing.T) {
	hits := map[int]float64{21: 3726, 64: 9, 65: 8}
	for n := range hits {
		var d []float64
		var whole []int
		for i := range n {
			whole = append(whole, (i*i)%7+i%2*2-2)
			d = append(d, float64(whole[i]))
		}
		p, want := SignFlip(d), flipShare(whole)
		if drawn := hits[n]; math.Round(p*100001) != drawn { // other draws would be other published numbers
			t.Errorf("%d pairs: %g patterns count, %g did before", n, math.Round(p*100001), drawn)
		}
		if !(math.Abs(p-want) <= 4*math.Sqrt(want*(1-want)/1e5)) {
			t.Errorf("%d pairs: p %g, want %g", n, p, want)
		}
	}
}

func TestSmallestP(t *testing.T) {
	for n, want := range map[int]float64{0: 1, 1: 1, 3: 0.25, 5: 0.0625, 6: 0.03125, 20: 2.0 / (1 << 20), 21: 1.0 / 100001, 500: 1.0 / 100001} {
		if got := SmallestP(n); got != want {
			t.Errorf("n %d: got %g, want %g", n, got, want)
		}
	}
}

func TestHolm(t *testing.T) {
	nan := math.NaN()
	cases := []struct{ p, want []float64 }{
		{[]float64{0.01, 0.04, 0.03}, []float64{0.03, 0.06, 0.06}},
		{[]float64{0.04, nan, 0.01}, []float64{0.04, nan, 0.02}},
		{[]float64{0.9, 0.6}, []float64{1, 1}},
		{[]float64{0.02, 0.02}, []float64{0.04, 0.04}},
		{nil, nil},
	}
	for _, c := range cases {
		if d := cmp.Diff(c.want, Holm(c.p), close9); d != "" {
			t.Errorf("%v: %s", c.p, d)
		}
	}
}

// A family of m tests needs m·2^(1-n) < 0.05: 1 test 6 seeds (0.031), 2 tests 7 (0.031), 24
// tests 10 (0.047), 20,000 tests 20 (0.038), which is the most that count every pattern.
func TestSeedsNeeded(t *testing.T) {
	for m, want := range map[int]int{0: 6, 1: 6, 2: 7, 24: 10, 20000: 20, 30000: 0} {
		if got := SeedsNeeded(m); got != want {
			t.Errorf("%d tests: got %d seeds, want %d", m, got, want)
		}
	}
	for _, c := range []struct {
		n, m int
		want float64
	}{{3, 24, 1}, {6, 2, 0.0625}, {6, 0, 0.03125}, {10, 24, 24.0 / 512}} {
		if got := SmallestHolm(c.n, c.m); got != c.want {
			t.Errorf("%d pairs, %d tests: got %g, want %g", c.n, c.m, got, c.want)
		}
	}
}

func TestFiniteAndMean(t *testing.T) {
	if d := cmp.Diff([]float64{3, 1}, Finite([]float64{math.NaN(), 3, math.Inf(-1), 1})); d != "" {
		t.Error(d)
	}
	if Mean([]float64{1, 2, 6}) != 3 || !math.IsNaN(Mean(nil)) {
		t.Error("mean")
	}
}

package reports

import (
	"math"
	"math/bits"
	"slices"
	"sort"

	"gonum.org/v1/gonum/stat/distuv"

	"protobench/internal/stream"
)

// Estimate summarises one quantity over seeds.
type Estimate struct {
	N    int     // values that are defined
	Mean float64 // NaN when N is 0
	SD   float64 // unbiased; NaN below N = 2
	Half float64 // half width of the 95 % t-interval of the mean; NaN below N = 2
}

// Estimated summarises values; those that are NaN or infinite are left out.
func Estimated(values []float64) Estimate {
	x := finite(values)
	e := Estimate{N: len(x), Mean: math.NaN(), SD: math.NaN(), Half: math.NaN()}
	if len(x) == 0 {
		return e
	}
	e.Mean = sum(x) / float64(len(x))
	if len(x) < 2 {
		return e
	}
	squares := make([]float64, len(x))
	for i, v := range x {
		squares[i] = (v - e.Mean) * (v - e.Mean)
	}
	df := float64(len(x) - 1)
	e.SD = math.Sqrt(sum(squares) / df)
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: df}.Quantile(0.975)
	e.Half = t * e.SD / math.Sqrt(float64(len(x)))
	return e
}

func finite(values []float64) []float64 {
	var out []float64
	for _, v := range values {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			out = append(out, v)
		}
	}
	return out
}

func sum(x []float64) float64 {
	var s float64
	for _, v := range x {
		s += v
	}
	return s
}

// exactLimit is the largest number of pairs whose sign patterns are all counted.
const exactLimit = 20

// SignFlip returns the two-sided p of the paired sign-flip (Fisher–Pitman) test that the
// differences d are symmetric around 0: the share of sign patterns whose sum is at
// least as far from 0 as the observed one. Up to 20 pairs every pattern is counted, so
// the smallest p is 2/2^n; beyond, 100,000 patterns are drawn from a fixed stream. It
// is NaN without differences.
func SignFlip(d []float64) float64 {
	if len(d) == 0 {
		return math.NaN()
	}
	size := make([]float64, len(d))
	for i, v := range d {
		size[i] = math.Abs(v)
	}
	// Sums that differ by rounding alone count as equal.
	limit := math.Abs(sum(d)) - float64(1e-12*sum(size))
	if len(d) > exactLimit {
		return sampledFlips(d, limit)
	}
	hits, total := 0, 1<<len(d)
	for signs := range total {
		if math.Abs(flipped(d, uint64(signs))) >= limit {
			hits++
		}
	}
	return float64(hits) / float64(total)
}

// flipped sums d with the sign of entry i turned where bit i is set.
func flipped(d []float64, signs uint64) float64 {
	var s float64
	for i, v := range d {
		if signs>>i&1 == 1 {
			v = -v
		}
		s += v
	}
	return s
}

// sampledFlips counts the observed pattern among the drawn ones, so p is never 0.
func sampledFlips(d []float64, limit float64) float64 {
	const draws = 100_000
	rng := stream.New(0, "sign-flip", uint64(len(d)))
	hits := 1
	for range draws {
		var s float64
		for i := 0; i < len(d); i += 64 {
			s += flipped(d[i:min(i+64, len(d))], rng.Uint64())
		}
		if math.Abs(s) >= limit {
			hits++
		}
	}
	return float64(hits) / (draws + 1)
}

// SmallestP returns the smallest p that SignFlip can give with n pairs.
func SmallestP(n int) float64 {
	if n < 1 {
		return 1
	}
	return math.Ldexp(1, 1-min(n, bits.UintSize))
}

// Holm adjusts p-values for their number (Holm 1979, step-down): the result is compared
// with the level itself. NaN stays NaN and does not count.
func Holm(p []float64) []float64 {
	out := slices.Clone(p)
	var order []int
	for i, v := range p {
		if !math.IsNaN(v) {
			order = append(order, i)
		}
	}
	sort.SliceStable(order, func(a, b int) bool { return p[order[a]] < p[order[b]] })
	worst := 0.0
	for rank, i := range order {
		worst = max(worst, min(1, float64(len(order)-rank)*p[i]))
		out[i] = worst
	}
	return out
}

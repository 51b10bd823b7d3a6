package stats

import (
	"math"
	"math/rand/v2"
)

const (
	exactLimit = 20      // the largest number of pairs whose sign patterns are all counted
	draws      = 100_000 // patterns that are drawn beyond
)

// SignFlip returns the two-sided p of the paired sign-flip test (Fisher 1935, section 21;
// Pitman 1937) that the differences d are symmetric around 0: the share of sign patterns
// whose sum is at least as far from 0 as the observed one. Up to 20 pairs every pattern is
// counted, so the smallest p is 2/2^n; beyond, 100,000 patterns are drawn from a generator
// that the number of pairs alone seeds. It is NaN without differences.
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
	rng := rand.New(rand.NewPCG(0, uint64(len(d))))
	sums := byteSums(d)
	hits := 1
	for range draws {
		var s float64
		for i := 0; i < len(sums); i += 8 {
			signs := rng.Uint64()
			for k := i; k < min(i+8, len(sums)); k++ {
				s += sums[k][signs&0xff]
				signs >>= 8
			}
		}
		if math.Abs(s) >= limit {
			hits++
		}
	}
	return float64(hits) / (draws + 1)
}

// byteSums has the sums of every eight entries of d under each of their 256 sign patterns.
func byteSums(d []float64) [][256]float64 {
	sums := make([][256]float64, (len(d)+7)/8)
	for k := range sums {
		for signs := range 256 {
			sums[k][signs] = flipped(d[8*k:min(8*k+8, len(d))], uint64(signs))
		}
	}
	return sums
}

// SmallestP returns the smallest p that [SignFlip] can give with n pairs, all differences being of
// one sign: 2/2^n where every pattern is counted, 1/100,001 beyond. 1 without pairs.
func SmallestP(n int) float64 {
	if n > exactLimit {
		return 1.0 / (draws + 1)
	}
	return math.Ldexp(1, 1-max(n, 1))
}

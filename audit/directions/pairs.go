package directions

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// NearByChance is how many of the pairs of k random directions in d dimensions are expected within
// cosine distance eps: the cosine t has density (1−t²)^((d−3)/2), whose tail is an incomplete beta
// function.
func NearByChance(k, d int, eps float64) float64 {
	if d < 2 {
		return math.Inf(1)
	}
	t := 1 - eps
	tail := float64(mathext.RegIncBeta(float64(d-1)/2, 0.5, math.Max(0, 1-float64(t*t))) / 2)
	if t < 0 {
		tail = 1 - tail
	}
	return tail * float64(k) * float64(k-1) / 2
}

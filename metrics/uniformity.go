package metrics

import "math"

// Uniformity is log mean exp(-t·|x_i - x_j|²) over pairs i < j of the normalised rows
// of x [N,D] (Wang and Isola 2020, t = 2): near -2t for isotropic vectors in many
// dimensions, 0 after total collapse. Undefined (false) with fewer than two rows
// that have a direction.
func Uniformity(x Matrix, t float64) (float64, bool) {
	var sum float64
	pairs := 0
	eachPair(directionsOf(x), func(_, _ int, cos float32) {
		sum += math.Exp(-2 * t * math.Max(0, 1-float64(cos)))
		pairs++
	})
	if pairs == 0 {
		return 0, false
	}
	return math.Log(sum / float64(pairs)), true
}

// Alignment is the mean of |a_i - b_i|^alpha over the normalised rows of two views'
// embeddings a and b (both [N,D]; Wang and Isola 2020, alpha = 2). Collapse gives
// the best value 0, so it is read beside Uniformity. Rows without a direction in
// either view are left out; undefined (false) when none is left.
func Alignment(a, b Matrix, alpha float64) (float64, bool) {
	mustMatch("rows of the second view", b.Rows, a.Rows)
	mustMatch("dimensions of the second view", b.Cols, a.Cols)
	p, q := directionsOf(a), directionsOf(b)
	var sum float64
	n := 0
	for i := range a.Rows {
		if p.has[i] && q.has[i] {
			sum += math.Pow(unitDistance(p, q, i), alpha)
			n++
		}
	}
	if n == 0 {
		return 0, false
	}
	return sum / float64(n), true
}

func unitDistance(p, q directions, i int) float64 {
	var s float64
	for j, x := range p.raw.Row(i) {
		e := float64(x)/p.norm[i] - float64(q.raw.Row(i)[j])/q.norm[i]
		s += float64(e * e)
	}
	return math.Sqrt(s)
}

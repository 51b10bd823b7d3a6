package uniqueness

import (
	"slices"

	"protobench/internal/team"
	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

// Centred returns the prototypes p [K,D] with a common offset removed: the mean of
// the normalised rows is taken off and the rows are normalised again. An equal
// offset of all prototypes changes no softmax, but it shrinks every cosine
// distance; what still coincides here is a true duplicate.
//
// Rows without a direction stay zero and out of the mean. A row within 1e-6 of
// the mean becomes zero: with one prototype, or after total collapse, all do.
func Centred(p matrix.Matrix) matrix.Matrix {
	out, _ := centre(p)
	return out
}

// OfCentred is [Of] after [Centred]. Prototypes that lie at the mean have no
// direction left but coincide, so they count as one: total collapse gives 1.
func OfCentred(p matrix.Matrix, eps float64) Cover {
	return CentredCovers(nil, p, []float64{eps})[0]
}

// CentredCovers is [OfCentred] for several thresholds, in the order of eps. The team shares the
// work and changes no bit.
func CentredCovers(team *team.Team, p matrix.Matrix, eps []float64) []Cover {
	centred, mid := centre(p)
	covers := Covers(team, centred, eps)
	for e := range covers {
		covers[e] = include(covers[e], mid, eps[e])
	}
	return covers
}

// centre also lists the rows that lie at the mean.
func centre(p matrix.Matrix) (matrix.Matrix, []int) {
	d := matrix.NormsOf(p)
	rows := d.With()
	mean := d.Mean(rows)
	off := matrix.New(p.Rows, p.Cols)
	var mid []int
	for _, i := range rows {
		if subtract(off.Row(i), d, i, mean) < matrix.AtMean*matrix.AtMean {
			clear(off.Row(i))
			mid = append(mid, i)
		}
	}
	off.Normalise()
	return off, mid
}

// subtract writes unit row i minus the mean and returns its squared length.
func subtract(dst []float32, d matrix.Directions, i int, mean []float64) float64 {
	var s float64
	for j, x := range d.Raw.Row(i) {
		v := float64(x)/d.Norm[i] - mean[j]
		dst[j] = float32(v)
		s += float64(v * v)
	}
	return s
}

// include adds the rows at the mean, which have no direction left, under the first of them. With
// eps = 0 even coinciding rows stay apart.
func include(c Cover, mid []int, eps float64) Cover {
	for _, i := range mid {
		c.Owner[i] = mid[0]
		if eps <= 0 || i == mid[0] {
			c.Owner[i] = i
			c.Representatives = append(c.Representatives, i)
		}
	}
	slices.Sort(c.Representatives)
	return c
}

// CentredKey is the key of the unique prototypes at a distance once their mean is taken off.
func CentredKey(eps float64) string { return "unique_centred@" + EpsilonText(eps) }

// CentredSpecs declares unique_centred@ε.
func CentredSpecs() []metric.Spec {
	return atEpsilons(func(i int, eps float64) metric.Spec {
		return metric.Spec{
			Formula: "M of (c_k − mean c) / |c_k − mean c|, c of length 1", Key: CentredKey(eps), Of: metric.OfPrototypes, When: metric.OnCurve, Unit: metric.CountOfK, Better: metric.Higher, Geometric: true,
			Doc: "the same after the prototypes' mean is taken off", Source: "a common offset changes no softmax",
			Undefined: metric.NoDirection,
			Collapse:  "low where prototypes are true duplicates; high beside a low unique@ε means that they share an offset alone",
			Column: "**unique-centred@ε**: the same after the prototypes' mean is taken off and they are normalised again. A common offset shrinks all distances " +
				"without changing any softmax; where this column is high and unique@ε low, the loss of uniqueness is only such an offset.",
			Value: func(in *metric.Input) metric.Result {
				covers := metric.Shared(in, "centred covers", func() []Cover { return CentredCovers(in.Team, in.Effective, Epsilons()) })
				return metric.Defined(float64(covers[i].Count()), covers[i].Count() > 0, metric.NoDirection)
			},
		}
	}, metric.MainTable)
}

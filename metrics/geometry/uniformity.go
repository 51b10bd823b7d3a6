package geometry

import (
	"math"

	"protobench/internal/team"
	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

// Uniformity is log mean exp(-t·|x_i - x_j|²) over pairs i < j of the normalised rows
// of x [N,D] (Wang and Isola 2020, t = 2): near -2t for isotropic vectors in many
// dimensions, 0 after total collapse. Undefined (false) with fewer than two rows
// that have a direction. The team shares the work and changes no bit.
func Uniformity(team *team.Team, x matrix.Matrix, t float64) (float64, bool) {
	var sum float64
	pairs := 0
	potentials := func(tile pairTile) []float64 {
		e := make([]float64, 0, tile.m*tile.n)
		tile.each(func(cos float32) { e = append(e, math.Exp(-2*t*math.Max(0, 1-float64(cos)))) })
		return e
	}
	overPairs(team, matrix.DirectionsOf(x), potentials, func(e []float64) {
		for _, v := range e {
			sum += v
		}
		pairs += len(e)
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
func Alignment(a, b matrix.Matrix, alpha float64) (float64, bool) {
	matrix.MustMatch("rows of the second view", b.Rows, a.Rows)
	matrix.MustMatch("dimensions of the second view", b.Cols, a.Cols)
	p, q := matrix.NormsOf(a), matrix.NormsOf(b)
	var sum float64
	n := 0
	for i := range a.Rows {
		if p.Has[i] && q.Has[i] {
			sum += math.Pow(unitDistance(p, q, i), alpha)
			n++
		}
	}
	if n == 0 {
		return 0, false
	}
	return sum / float64(n), true
}

func unitDistance(p, q matrix.Directions, i int) float64 {
	var s float64
	for j, x := range p.Raw.Row(i) {
		e := float64(x)/p.Norm[i] - float64(q.Raw.Row(i)[j])/q.Norm[i]
		s += float64(e * e)
	}
	return math.Sqrt(s)
}

// PrototypeUniformitySpecs declare the uniformity of prototypes.
func PrototypeUniformitySpecs() []metric.Spec {
	const undefined = "fewer than two prototypes have a direction"
	return []metric.Spec{{
		Key: "uniformity.prototypes", Of: metric.OfPrototypes, Unit: metric.LogPotential, Better: metric.Lower, Geometric: true, Tables: []metric.Table{metric.GeometryTable}, Undefined: undefined,
		Doc:     "log mean exp(-2·squared distance) over pairs of unit prototypes, of 4,096 at even distances where there are more",
		Source:  "Wang and Isola 2020",
		Formula: "ln mean_{k<l} exp(−2 |c_k − c_l|²), c of length 1", Collapse: "0 at total collapse, near −4 when prototypes spread over the sphere",
		Column: "**uniformity.prototypes**: how evenly prototypes spread over the sphere; near −4 when evenly, 0 when all are equal.",
		Value: metric.DefinedBy(func(in *metric.Input) (float64, bool) {
			return Uniformity(in.Team, in.Effective.Spread(metric.PairRows), 2)
		}, undefined),
	}}
}

// UniformitySpecs declares the uniformity of embeddings.
func UniformitySpecs() []metric.Spec {
	const undefined = "fewer than two embeddings have a direction"
	return metric.ForBranches(func(b metric.Branch) metric.Spec {
		return metric.Spec{
			Formula: "ln mean_{i<j} exp(−2 |z_i − z_j|²), z of length 1", Key: "uniformity.embeddings." + string(b), When: metric.Extra, Unit: metric.LogPotential, Better: metric.Lower, Tables: []metric.Table{metric.FeaturesTable}, Undefined: undefined,
			Doc:    "log mean exp(-2·squared distance) over pairs of normalised embeddings, of 4,096 training images at even distances",
			Source: "Wang and Isola 2020", Collapse: "0 at total collapse, near −4 when embeddings spread over the sphere",
			Column: "**uniformity.embeddings**: how evenly embeddings spread over the sphere; near −4 when evenly, 0 when all are equal.",
			Value: metric.DefinedBy(func(in *metric.Input) (float64, bool) {
				return Uniformity(in.Team, in.Embeddings.Spread(metric.PairRows), 2)
			}, undefined),
		}
	})
}

// AlignmentSpecs declares the alignment of two views' embeddings.
func AlignmentSpecs() []metric.Spec {
	const undefined = "no image has two views whose embeddings have a direction"
	return metric.ForBranches(func(b metric.Branch) metric.Spec {
		return metric.Spec{
			Formula: "mean_i |z_i − z_i⁺|², z of length 1", Key: "alignment.embeddings." + string(b), When: metric.Extra, Unit: metric.SquaredLength, Better: metric.Lower, Tables: []metric.Table{metric.FeaturesTable}, Undefined: undefined,
			Doc:    "mean squared distance of two views' normalised embeddings, of 1,000 training images",
			Source: "Wang and Isola 2020", Collapse: "0 at total collapse, which is its best value: read it beside the uniformity",
			Column: "**alignment.embeddings**: squared distance between two views of an image; 0 when all embeddings are equal, so it is read beside the uniformity.",
			Value: func(in *metric.Input) metric.Result {
				if in.Views.PerImage < 2 {
					return metric.Result{Undefined: undefined}
				}
				a, c := firstTwo(in.Views)
				v, ok := Alignment(a, c, 2)
				return metric.Defined(v, ok, undefined)
			},
		}
	})
}

// firstTwo returns the embeddings of the first and of the second view of each image.
func firstTwo(v metric.Views) (a, b matrix.Matrix) {
	var one, two []int
	for i := 0; i+1 < v.Embeddings.Rows; i += v.PerImage {
		one, two = append(one, i), append(two, i+1)
	}
	return v.Embeddings.Pick(one), v.Embeddings.Pick(two)
}

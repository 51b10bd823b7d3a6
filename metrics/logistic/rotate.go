package logistic

import (
	"gonum.org/v1/gonum/mat"

	"protobench/internal/kernel"
	"protobench/internal/team"
	"protobench/metrics/matrix"
)

// rotateUpTo is the largest feature dimension for which the principal axes are
// worth their cubic cost.
const rotateUpTo = 768

// rotation turns standardised features onto their principal axes. The L2 penalty
// does not see a rotation, and the Hessian of the loss becomes nearly diagonal:
// the solver then needs far fewer steps on correlated features.
type rotation struct {
	axes       matrix.Matrix // [D,D], one axis per column; empty where none is used
	meanSquare []float64     // [D], mean square of the features along each axis
}

// rotationOf finds the axes of standardised features z [N,D].
func rotationOf(team *team.Team, z matrix.Matrix) rotation {
	d := z.Cols
	if d > rotateUpTo {
		return unrotated(d)
	}
	gram := matrix.New(d, d)
	kernel.Gemm(team, true, false, d, d, z.Rows, z.Data, d, z.Data, d, gram.Data, d, false)
	var svd mat.SVD
	if !svd.Factorize(gram.Dense(), mat.SVDThinV) {
		return unrotated(d)
	}
	var v mat.Dense
	svd.VTo(&v)
	r := rotation{axes: matrix.New(d, d), meanSquare: svd.Values(nil)}
	for i := range r.axes.Data {
		r.axes.Data[i] = float32(v.At(i/d, i%d))
	}
	for j := range r.meanSquare {
		r.meanSquare[j] /= float64(z.Rows)
	}
	return r
}

// unrotated keeps the features' own axes, along which they have unit variance.
func unrotated(d int) rotation {
	r := rotation{meanSquare: make([]float64, d)}
	for j := range r.meanSquare {
		r.meanSquare[j] = 1
	}
	return r
}

// apply turns features [N,D] onto the axes.
func (r rotation) apply(team *team.Team, z matrix.Matrix) matrix.Matrix {
	if r.axes.Rows == 0 {
		return z
	}
	out := matrix.New(z.Rows, z.Cols)
	d := z.Cols
	kernel.Gemm(team, false, false, z.Rows, d, d, z.Data, d, r.axes.Data, d, out.Data, d, false)
	return out
}

// back turns weights [C·D] along the axes into weights of the standardised features.
func (r rotation) back(w []float64, classes int) []float64 {
	d := len(r.meanSquare)
	out := make([]float64, classes*d)
	if r.axes.Rows == 0 {
		copy(out, w)
		return out
	}
	for c := range classes {
		for i := range d {
			var s float64
			for j, a := range r.axes.Row(i) {
				s += float64(w[c*d+j] * float64(a))
			}
			out[c*d+i] = s
		}
	}
	return out
}

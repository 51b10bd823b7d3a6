package logistic

import (
	"slices"

	"gonum.org/v1/gonum/mat"

	"protobench/internal/kernel"
	"protobench/internal/team"
	"protobench/metrics/matrix"
)

// rotateUpTo is the largest feature dimension for which all principal axes are worth their cubic
// cost.
const rotateUpTo = 768

// rotation turns standardised features onto their principal axes, all of them or the leading ones.
// The L2 penalty does not see a rotation, and the Hessian of the loss becomes nearly diagonal: the
// solver then needs far fewer steps on correlated features.
type rotation interface {
	// apply turns features z [N,D], which it may write into.
	apply(team *team.Team, z matrix.Matrix) matrix.Matrix
	// back turns weights [C·D] of turned features into weights of the standardised ones.
	back(w []float64, classes int) []float64
}

// rotationOf finds the axes of standardised features z [N,D].
func rotationOf(team *team.Team, z matrix.Matrix) rotation {
	if z.Cols > rotateUpTo {
		return reflectionOf(team, leadingAxes(team, z, leading))
	}
	gram := matrix.New(z.Cols, z.Cols)
	kernel.Gemm(team, true, false, z.Cols, z.Cols, z.Rows, z.Data, z.Cols, z.Data, z.Cols, gram.Data, z.Cols, false)
	return axes(eigenvectors(gram))
}

// eigenvectors of a symmetric matrix [D,D] without negative eigenvalues, one per column, that of
// the largest first.
func eigenvectors(gram matrix.Matrix) matrix.Matrix {
	out := matrix.New(gram.Rows, gram.Cols)
	var svd mat.SVD
	if !svd.Factorize(gram.Dense(), mat.SVDThinV) {
		for i := range gram.Rows { // any rotation serves
			out.Row(i)[i] = 1
		}
		return out
	}
	var v mat.Dense
	svd.VTo(&v)
	for i := range out.Data {
		out.Data[i] = float32(v.At(i/out.Cols, i%out.Cols))
	}
	return out
}

// axes are all principal axes, [D,D], one per column.
type axes matrix.Matrix

func (a axes) apply(team *team.Team, z matrix.Matrix) matrix.Matrix {
	out, d := matrix.New(z.Rows, z.Cols), z.Cols
	kernel.Gemm(team, false, false, z.Rows, d, d, z.Data, d, a.Data, d, out.Data, d, false)
	return out
}

func (a axes) back(w []float64, classes int) []float64 {
	d := a.Rows
	out := make([]float64, classes*d)
	for c := range classes {
		for i := range d {
			out[c*d+i] = inner(w[c*d:], matrix.Matrix(a).Row(i))
		}
	}
	return out
}

// ownAxes leave features as they are.
type ownAxes struct{}

func (ownAxes) apply(_ *team.Team, z matrix.Matrix) matrix.Matrix { return z }
func (ownAxes) back(w []float64, _ int) []float64                 { return slices.Clone(w) }

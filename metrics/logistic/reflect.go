package logistic

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"protobench/internal/kernel"
	"protobench/internal/team"
	"protobench/metrics/matrix"
)

// reflection is the rotation I - Vᵀ·T·V, a product of r Householder reflections in their compact
// form (Schreiber and Van Loan 1989): it turns r given directions onto the first r coordinates and
// costs r rows of D, not D of them.
type reflection struct {
	v matrix.Matrix // [r,D], unit normals of the mirrors
	t matrix.Matrix // [r,r], upper triangular
}

// reflectionOf finds the rotation whose first r coordinates are along the rows of a [r,D], r ≤ D,
// made orthonormal one after the other (and with either sign). Rows without a direction of their
// own leave a coordinate that is any.
func reflectionOf(team *team.Team, a matrix.Matrix) reflection {
	r, d := a.Rows, a.Cols
	f := reflection{v: matrix.New(r, d), t: matrix.New(r, r)}
	copy(f.v.Data, a.Data)
	for i := range r {
		mirror(f.v.Row(i)[i:])
		clear(f.v.Row(i)[:i])
		for j := i + 1; j < r; j++ {
			kernel.Axpy(float32(-2*kernel.Dot64(f.v.Row(i)[i:], f.v.Row(j)[i:])), f.v.Row(i)[i:], f.v.Row(j)[i:])
		}
	}
	kernel.Gemm(team, false, true, r, r, d, f.v.Data, d, f.v.Data, d, f.t.Data, r, false)
	f.t = inverseOfUpper(f.t)
	return f
}

// mirror turns a vector into the unit normal of the mirror that takes it onto its first axis.
func mirror(a []float32) {
	norm := kernel.Norm(a)
	if norm == 0 {
		a[0] = 1
		return
	}
	kernel.Scale(a, a, float32(1/norm))
	a[0] += float32(math.Copysign(1, float64(a[0])))
	kernel.Scale(a, a, float32(1/kernel.Norm(a)))
}

// inverseOfUpper is the T of mirrors whose normals have the inner products g [r,r]: T⁻¹ is g's part
// above the diagonal, with ½ on it (Puglisi 1992).
func inverseOfUpper(g matrix.Matrix) matrix.Matrix {
	r := g.Rows
	upper := mat.NewTriDense(r, mat.Upper, nil)
	for i := range r {
		upper.SetTri(i, i, 0.5)
		for j := i + 1; j < r; j++ {
			upper.SetTri(i, j, float64(g.Row(i)[j]))
		}
	}
	out := matrix.New(r, r)
	if err := upper.InverseTri(upper); err != nil {
		panic(err) // only of a zero on the diagonal
	}
	for i := range r {
		for j := i; j < r; j++ {
			out.Row(i)[j] = float32(upper.At(i, j))
		}
	}
	return out
}

// apply turns z in place.
func (f reflection) apply(team *team.Team, z matrix.Matrix) matrix.Matrix {
	n, d, r := z.Rows, f.v.Cols, f.v.Rows
	along, turned := matrix.New(n, r), matrix.New(n, r)
	kernel.Gemm(team, false, true, n, r, d, z.Data, d, f.v.Data, d, along.Data, r, false)
	kernel.Gemm(team, false, false, n, r, r, along.Data, r, f.t.Data, r, turned.Data, r, false)
	kernel.Scale(turned.Data, turned.Data, -1)
	kernel.Gemm(team, false, false, n, d, r, turned.Data, r, f.v.Data, d, z.Data, d, true)
	return z
}

// back takes V·w, T times that, and Vᵀ times that off each class's weights w.
func (f reflection) back(w []float64, classes int) []float64 {
	d := f.v.Cols
	out := make([]float64, classes*d)
	copy(out, w)
	along := make([]float64, f.v.Rows)
	for c := range classes {
		row := out[c*d : (c+1)*d]
		for i := range along {
			along[i] = inner(row, f.v.Row(i))
		}
		for i := range along {
			s := inner(along, f.t.Row(i))
			for j, v := range f.v.Row(i) {
				row[j] -= float64(s * float64(v))
			}
		}
	}
	return out
}

func inner(x []float64, y []float32) (sum float64) {
	for i, v := range y {
		sum += float64(x[i] * float64(v))
	}
	return sum
}

// first returns the directions of the first r coordinates, [r,D], orthonormal.
func (f reflection) first(team *team.Team) matrix.Matrix {
	r, d := f.v.Rows, f.v.Cols
	out, m := matrix.New(r, d), matrix.New(r, r)
	kernel.Gemm(team, true, true, r, r, r, f.v.Data, d, f.t.Data, r, m.Data, r, false)
	kernel.Scale(m.Data, m.Data, -1)
	for i := range r {
		out.Row(i)[i] = 1
	}
	kernel.Gemm(team, false, false, r, d, r, m.Data, r, f.v.Data, d, out.Data, d, true)
	return out
}

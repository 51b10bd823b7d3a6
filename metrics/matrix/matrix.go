package matrix

import (
	"fmt"

	"protobench/internal/kernel"
	"protobench/internal/team"

	"gonum.org/v1/gonum/mat"
)

// Matrix is a dense row-major float32 matrix [Rows,Cols]: one prototype, feature
// vector or row of scores per row. Functions of this package never write into
// a matrix they are given, but for [Matrix.Normalise].
type Matrix struct {
	Rows, Cols int
	Data       []float32 // [Rows*Cols]
}

// New returns a zero matrix [rows,cols].
func New(rows, cols int) Matrix {
	return Matrix{Rows: rows, Cols: cols, Data: make([]float32, rows*cols)}
}

// Of wraps data as a matrix [rows,cols] without copying it. It panics when
// the length does not fit.
func Of(rows, cols int, data []float32) Matrix {
	if rows < 0 || cols < 0 || len(data) != rows*cols {
		panic(fmt.Sprintf("matrix: %d numbers cannot be a matrix [%d,%d]", len(data), rows, cols))
	}
	return Matrix{Rows: rows, Cols: cols, Data: data}
}

// Row returns row i, [Cols], sharing memory with the matrix.
func (m Matrix) Row(i int) []float32 { return m.Data[i*m.Cols : (i+1)*m.Cols] }

// Finite reports whether no entry is NaN or infinite.
func (m Matrix) Finite() bool { return kernel.Finite(m.Data) }

// Pick returns a copy of the given rows, [len(rows),Cols].
func (m Matrix) Pick(rows []int) Matrix {
	out := New(len(rows), m.Cols)
	for i, r := range rows {
		copy(out.Row(i), m.Row(r))
	}
	return out
}

// Dense returns a copy in float64, [Rows,Cols], for gonum; it panics without rows or columns.
func (m Matrix) Dense() *mat.Dense {
	v := make([]float64, len(m.Data))
	for i, x := range m.Data {
		v[i] = float64(x)
	}
	return mat.NewDense(m.Rows, m.Cols, v)
}

// CentreColumns takes the column means off in place.
func CentreColumns(m *mat.Dense) {
	n, d := m.Dims()
	for j := range d {
		var sum float64
		for i := range n {
			sum += m.At(i, j)
		}
		for i := range n {
			m.Set(i, j, m.At(i, j)-sum/float64(n))
		}
	}
}

// Normalised returns the rows divided by their Euclidean norm, [Rows,Cols]. A row
// without a direction (zero, NaN, Inf) becomes zero.
func (m Matrix) Normalised() Matrix { return m.NormalisedBy(nil) }

// NormalisedBy is [Matrix.Normalised] by a team, which changes no bit.
func (m Matrix) NormalisedBy(team *team.Team) Matrix {
	out := New(m.Rows, m.Cols)
	team.Chunks(m.Rows, normTask, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			if n := norm(m.Row(i)); n > 0 {
				divide(out.Row(i), m.Row(i), n)
			}
		}
	})
	return out
}

// normTask is the number of rows that one thread normalises at a time.
const normTask = 64

// Normalise is [Matrix.Normalised] in place.
func (m Matrix) Normalise() {
	for i := range m.Rows {
		if n := norm(m.Row(i)); n > 0 {
			divide(m.Row(i), m.Row(i), n)
		} else {
			clear(m.Row(i))
		}
	}
}

// MustMatch panics when a list does not have the length wanted, one entry per row; what says of
// which entries it is a list.
func MustMatch(what string, got, want int) {
	if got != want {
		panic(fmt.Sprintf("matrix: %d %s, want %d", got, what, want))
	}
}

// Spread is n of the rows at even distances, the first among them, or all, in the same memory, where
// there are no more: rows that lie in the order of their classes are seen of every class.
func (m Matrix) Spread(n int) Matrix {
	if n >= m.Rows {
		return m
	}
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i * m.Rows / n
	}
	return m.Pick(rows)
}

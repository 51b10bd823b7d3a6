package metrics

import (
	"fmt"
	"math"
)

// Matrix is a dense row-major float32 matrix [Rows,Cols]: one prototype, feature
// vector or row of scores per row. Functions of this package never write into
// a matrix they are given.
type Matrix struct {
	Rows, Cols int
	Data       []float32 // [Rows*Cols]
}

// NewMatrix returns a zero matrix [rows,cols].
func NewMatrix(rows, cols int) Matrix {
	return Matrix{Rows: rows, Cols: cols, Data: make([]float32, rows*cols)}
}

// MatrixOf wraps data as a matrix [rows,cols] without copying it. It panics when
// the length does not fit.
func MatrixOf(rows, cols int, data []float32) Matrix {
	if rows < 0 || cols < 0 || len(data) != rows*cols {
		panic(fmt.Sprintf("metrics: %d numbers cannot be a matrix [%d,%d]", len(data), rows, cols))
	}
	return Matrix{Rows: rows, Cols: cols, Data: data}
}

// Row returns row i, [Cols], sharing memory with the matrix.
func (m Matrix) Row(i int) []float32 { return m.Data[i*m.Cols : (i+1)*m.Cols] }

// Finite reports whether no entry is NaN or infinite.
func (m Matrix) Finite() bool {
	for _, x := range m.Data {
		if !finite(float64(x)) {
			return false
		}
	}
	return true
}

// Pick returns a copy of the given rows, [len(rows),Cols].
func (m Matrix) Pick(rows []int) Matrix {
	out := NewMatrix(len(rows), m.Cols)
	for i, r := range rows {
		copy(out.Row(i), m.Row(r))
	}
	return out
}

// Normalised returns the rows divided by their Euclidean norm, [Rows,Cols]. A row
// without a direction (zero, NaN, Inf) becomes zero.
func (m Matrix) Normalised() Matrix { return directionsOf(m).unit }

// finite is false for NaN and the infinities.
func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// mustMatch panics when a list does not have one entry per row.
func mustMatch(what string, got, want int) {
	if got != want {
		panic(fmt.Sprintf("metrics: %d %s, want %d", got, what, want))
	}
}

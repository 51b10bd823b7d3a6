package logistic

import (
	"math"

	"protobench/metrics/matrix"
)

// Scaler holds a training set's column moments, in float64.
type Scaler struct {
	mean  []float64
	scale []float64 // population standard deviation; 1 for a constant column
}

// Moments are those of the rows x [N,D], N positive.
func Moments(x matrix.Matrix) Scaler {
	s := Scaler{mean: make([]float64, x.Cols), scale: make([]float64, x.Cols)}
	n := float64(x.Rows)
	for i := range x.Rows {
		for j, v := range x.Row(i) {
			s.mean[j] += float64(v)
		}
	}
	for j := range s.mean {
		s.mean[j] /= n
	}
	for i := range x.Rows {
		for j, v := range x.Row(i) {
			e := float64(v) - s.mean[j]
			s.scale[j] += float64(e * e)
		}
	}
	for j, v := range s.scale {
		s.scale[j] = math.Sqrt(v / n)
		if s.scale[j] == 0 { // sums of equal float32 numbers are exact in float64
			s.scale[j] = 1
		}
	}
	return s
}

// Apply returns (x - mean)/scale, [Rows,Cols].
func (s Scaler) Apply(x matrix.Matrix) matrix.Matrix {
	out := matrix.New(x.Rows, x.Cols)
	for i := range x.Rows {
		dst := out.Row(i)
		for j, v := range x.Row(i) {
			dst[j] = float32((float64(v) - s.mean[j]) / s.scale[j])
		}
	}
	return out
}

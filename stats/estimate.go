package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Estimate summarises one quantity over seeds.
type Estimate struct {
	N    int     // values that are defined
	Mean float64 // NaN when N is 0
	SD   float64 // unbiased (n-1); NaN below N = 2
	Half float64 // half width of the 95 % t-interval of the mean; NaN below N = 2
}

// Estimated summarises values; those that are NaN or infinite are left out. The interval is
// Student's (1908): mean ± t(0.975, n-1)·SD/√n, which supposes values that are near normal.
func Estimated(values []float64) Estimate {
	x := Finite(values)
	e := Estimate{N: len(x), Mean: math.NaN(), SD: math.NaN(), Half: math.NaN()}
	if len(x) == 0 {
		return e
	}
	e.Mean = sum(x) / float64(len(x))
	if len(x) < 2 {
		return e
	}
	squares := make([]float64, len(x))
	for i, v := range x {
		squares[i] = (v - e.Mean) * (v - e.Mean)
	}
	df := len(x) - 1
	e.SD = math.Sqrt(sum(squares) / float64(df))
	e.Half = studentsT(df).Quantile(0.975) * e.SD / math.Sqrt(float64(len(x)))
	return e
}

func studentsT(df int) distuv.StudentsT { return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(df)} }

// Finite returns the values that are neither NaN nor infinite, in their order.
func Finite(values []float64) []float64 {
	var out []float64
	for _, v := range values {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			out = append(out, v)
		}
	}
	return out
}

// Mean is the arithmetic mean; NaN without values.
func Mean(values []float64) float64 { return sum(values) / float64(len(values)) }

func sum(x []float64) float64 {
	var s float64
	for _, v := range x {
		s += v
	}
	return s
}

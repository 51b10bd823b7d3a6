package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Estimate summarises one quantity over seeds.
type Estimate struct {
	N      int       // values that are defined
	Values []float64 // these, in their order
	Mean   float64   // NaN when N is 0
	SD     float64   // unbiased (n-1); NaN below N = 2
	Half   float64   // half width of the 95 % t-interval of the mean; NaN below N = 2
	Low    float64   // bounds of the 95 % interval of the mean; NaN below N = 2
	High   float64
}

// Fewest is the number of values from which on an interval is shown: that of two is so wide that
// it says less than the two values do.
const Fewest = 3

// Interval returns the bounds to be shown: NaN below [Fewest] values, and where all values are
// equal, which tells nothing of how far others would lie.
func (e Estimate) Interval() (low, high float64) {
	if e.N < Fewest || !(e.SD > 1e-12*math.Abs(e.Mean)) {
		return math.NaN(), math.NaN()
	}
	return e.Low, e.High
}

// Estimated summarises values; those that are NaN or infinite are left out. The interval is
// Student's (1908): mean ± t(0.975, n-1)·SD/√n, which supposes values that are near normal.
func Estimated(values []float64) Estimate {
	x := Finite(values)
	nan := math.NaN()
	e := Estimate{N: len(x), Values: x, Mean: nan, SD: nan, Half: nan, Low: nan, High: nan}
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
	e.Low, e.High = e.Mean-e.Half, e.Mean+e.Half
	return e
}

// EstimatedWithin is [Estimated] for values that lie between bottom and top, such as shares in
// percent between 0 and 100: the interval is asymmetric and never leaves them. It is Student's,
// carried to the logit scale by the delta method: with s the mean's share of the way from bottom to
// top and h the half width in the same unit, the logits of the bounds are logit(s) ± h/(s(1−s)). In
// the middle this is the t-interval; near an end it reaches further inwards, as values do there.
// Where the mean is bottom or top itself, all values are equal and the bounds are the mean. Values
// outside give the t-interval, as they are no shares.
func EstimatedWithin(values []float64, bottom, top float64) Estimate {
	e := Estimated(values)
	for _, v := range e.Values {
		if v < bottom || v > top {
			return e
		}
	}
	if e.N < 2 {
		return e
	}
	width := top - bottom
	share, half := (e.Mean-bottom)/width, e.Half/width
	if share <= 0 || share >= 1 {
		e.Low, e.High = e.Mean, e.Mean
		return e
	}
	at, reach := math.Log(share/(1-share)), half/float64(share*(1-share))
	e.Low, e.High = bottom+float64(width*logistic(at-reach)), bottom+float64(width*logistic(at+reach))
	return e
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

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

// Defined is a number for JSON, which knows no NaN: nil where it is not finite.
func Defined(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

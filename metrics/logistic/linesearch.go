package logistic

import (
	"math"

	"protobench/internal/kernel"
)

const (
	wolfeDecrease  = 1e-4 // share of the predicted decrease that a step has to reach
	wolfeCurvature = 0.9  // share of the slope that may be left
	lineTrials     = 30
	// valueNoise is the relative error of an objective with float32 products;
	// below it the slopes alone decide (Hager and Zhang 2005, approximate Wolfe).
	valueNoise = 1e-7
)

// line is the objective along one direction: φ(t) = f(from + t·d).
type line struct {
	f       objective
	from, d []float64
	value0  float64 // φ(0)
	slope0  float64 // φ'(0) < 0

	x, g         []float64 // point and gradient of the last trial
	value, slope float64
}

// begin sets the direction; x and g are the line's scratch already.
func (l *line) begin(f objective, from, d []float64, value, slope float64) {
	l.f, l.from, l.d, l.value0, l.slope0 = f, from, d, value, slope
}

// trial is a point of the line.
type trial struct{ t, value, slope float64 }

// search looks for a step that satisfies the Wolfe conditions, from t = 1 on:
// it brackets a minimum and narrows the bracket by cubic interpolation
// (Nocedal and Wright 2006, algorithms 3.5 and 3.6, with one bracket for both).
func (l *line) search() bool {
	low, high := trial{0, l.value0, l.slope0}, trial{t: math.Inf(1)}
	t := 1.0
	for range lineTrials {
		now := l.try(t)
		switch {
		case l.accepts(now):
			return true
		case l.overshoots(now, low):
			high = now
		default:
			low = now
		}
		t = next(low, high)
	}
	return false
}

func (l *line) try(t float64) trial {
	for i, v := range l.from {
		l.x[i] = v + float64(t*l.d[i])
	}
	l.value = l.f(l.x, l.g)
	l.slope = kernel.DotWide(l.d, l.g)
	return trial{t, l.value, l.slope}
}

// accepts checks the strong Wolfe condition on the slope and, of the value, that no more than
// rounding is lost: the approximate Wolfe conditions, whose own bound on the slope is wider.
func (l *line) accepts(p trial) bool {
	return math.Abs(p.slope) <= -wolfeCurvature*l.slope0 && p.value <= l.value0+l.noise()
}

// noise is the rounding error of the line's values.
func (l *line) noise() float64 { return float64(valueNoise * math.Abs(l.value0)) }

// predicted is the value that a step of t has to reach.
func (l *line) predicted(t float64) float64 { return l.value0 + float64(wolfeDecrease*t*l.slope0) }

// overshoots tells whether a minimum lies before p.
func (l *line) overshoots(p, low trial) bool {
	return !(p.value <= l.predicted(p.t)+l.noise()) ||
		p.value > low.value+l.noise() || p.slope >= 0
}

// next proposes a step inside the bracket, or further out without one.
func next(low, high trial) float64 {
	if math.IsInf(high.t, 1) {
		return max(1, 2.5*low.t)
	}
	width := high.t - low.t
	t := cubic(low, high)
	if edge := float64(0.1 * width); !(t > low.t+edge && t < high.t-edge) {
		t = low.t + float64(width/2)
	}
	return t
}

// cubic is the minimiser of the cubic through two values and slopes (Nocedal and
// Wright 2006, equation 3.59); NaN where it has none.
func cubic(a, b trial) float64 {
	d1 := a.slope + b.slope - 3*(a.value-b.value)/(a.t-b.t)
	d2 := math.Sqrt(float64(d1*d1) - float64(a.slope*b.slope))
	return b.t - (b.t-a.t)*(b.slope+d2-d1)/(b.slope-a.slope+float64(2*d2))
}

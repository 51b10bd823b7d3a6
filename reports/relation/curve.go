package relation

import (
	"math"

	"protobench/stats"
)

// Curve is the monotone function of one metric that is nearest to the other over all cells.
type Curve struct {
	Explained float64   // share of the variance between cells; NaN where y does not vary
	Residual  float64   // standard deviation of what is left, in y's unit
	Arms      []OffArm  // by run directory and arm, in their order
	Fit       []float64 // by point
}

// OffArm says how far an arm lies off the curve.
type OffArm struct {
	Run      string
	Arm      string
	Off      stats.Estimate // mean residual over seeds, with its t-interval
	misfit   bool
	at       float64
	expected float64
}

// Misfits says by how much a mean residual has to differ from 0, interval and all, for the curve to
// fail an arm: 5 of y's unit, points of percent in most metrics.
const Misfits = 5

// OneCurve fits y as a monotone function of x over all cells, whatever arm they are of.
func OneCurve(points []Point) Curve {
	x, y := make([]float64, len(points)), make([]float64, len(points))
	for i, p := range points {
		x[i], y[i] = p.X, p.Y
	}
	var c Curve
	c.Fit, c.Explained = stats.Monotone(x, y)
	var square float64
	for i := range y {
		square += float64((y[i] - c.Fit[i]) * (y[i] - c.Fit[i]))
	}
	c.Residual = math.Sqrt(square / float64(max(1, len(y))))
	for _, group := range groups(points, Point.arm) {
		off := make([]float64, len(group))
		fit := make([]float64, len(group))
		for i, at := range group {
			off[i], fit[i] = y[at]-c.Fit[at], c.Fit[at]
		}
		e, p := stats.Estimated(off), points[group[0]]
		mx, _ := meanOf(points, group)
		c.Arms = append(c.Arms, OffArm{Run: p.Run, Arm: p.Arm, Off: e, misfit: math.Abs(e.Mean)-e.Half >= Misfits, at: mx, expected: stats.Mean(fit)})
	}
	return c
}

// Misfit lists the arms that the curve fails.
func (c Curve) Misfit() []OffArm {
	var out []OffArm
	for _, a := range c.Arms {
		if a.misfit {
			out = append(out, a)
		}
	}
	return out
}

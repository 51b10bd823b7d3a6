package logistic

import (
	"math"
	"testing"

	"protobench/metrics/internal/fixture"
)

func TestLineSearchMeetsWolfeConditions(t *testing.T) {
	for name, f := range map[string]func(x float64) (value, slope float64){
		"wave higher at 1": func(x float64) (float64, float64) {
			return -math.Sin(1.8 * math.Pi * x), -1.8 * math.Pi * math.Cos(1.8*math.Pi*x)
		},
		"wall before 1": func(x float64) (float64, float64) {
			over := math.Max(0, x-0.8)
			return -x + 20*over*over, -1 + 40*over
		},
		"far minimum":  func(x float64) (float64, float64) { return (x - 40) * (x - 40), 2 * (x - 40) },
		"near minimum": func(x float64) (float64, float64) { return (x - 0.001) * (x - 0.001), 2 * (x - 0.001) },
	} {
		v0, s0 := f(0)
		l := &line{x: make([]float64, 1), g: make([]float64, 1)}
		l.begin(func(x, g []float64) float64 {
			v, s := f(x[0])
			g[0] = s
			return v
		}, []float64{0}, []float64{1}, v0, s0)
		if !l.search() {
			t.Errorf("%s: nothing found", name)
			continue
		}
		if !(l.value <= v0+wolfeDecrease*l.x[0]*s0 && l.value <= v0 && math.Abs(l.slope) <= wolfeCurvature*math.Abs(s0)) {
			t.Errorf("%s: stopped at %g with value %g and slope %g", name, l.x[0], l.value, l.slope)
		}
	}
}

func TestCubicFindsTheMinimumOfACubic(t *testing.T) {
	at := func(t float64) trial { // least at 0.7
		u := t - 0.7
		return trial{t, 5 + 2*u*u + 0.3*u*u*u, 4*u + 0.9*u*u}
	}
	for _, ends := range [][2]float64{{0, 2}, {0.1, 0.9}, {0.6, 3}, {-1, 0.9}} {
		fixture.Near(t, "minimum", cubic(at(ends[0]), at(ends[1])), 0.7, 1e-12)
	}
}

// A step is the cubic's where that is a tenth of the bracket away from its ends, else the middle;
// without a bracket it is 2.5 times the last one.
func TestNextStep(t *testing.T) {
	parabola := func(least, t float64) trial { return trial{t, (t - least) * (t - least), 2 * (t - least)} }
	none := trial{t: math.Inf(1)}
	fixture.Near(t, "further out", next(trial{t: 2}, none), 5, 0)
	fixture.Near(t, "at least 1", next(trial{t: 0.1}, none), 1, 0)
	for least, want := range map[float64]float64{1.1: 2, 1.19: 2, 1.25: 1.25, 2.1: 2.1, 2.75: 2.75, 2.85: 2, 2.95: 2} {
		fixture.Near(t, "inside", next(parabola(least, 1), parabola(least, 3)), want, 1e-9)
	}
	fixture.Near(t, "no minimum", next(trial{1, 0, -1}, trial{3, -9, -1}), 2, 0)
}

// Values are judged to a relative 1e-7 of the first one, slopes exactly.
func TestWolfeConditions(t *testing.T) {
	l := &line{value0: -2, slope0: -1} // a step of 0.5 has to reach -2.00005, or -2 + 2e-7
	for _, c := range []struct {
		name                string
		value, slope        float64
		accepts, overshoots bool
	}{
		{"lower and flat", -2.1, -0.5, true, false},
		{"lower, slope left at the bound", -2.1, -0.9, true, false},
		{"lower, slope left above it", -2.1, -0.91, false, false},
		{"lower, turned", -2.1, 0.5, true, true},
		{"lower, at its least", -2.1, 0, true, true},
		{"lower, turned too far", -2.1, 0.91, false, true},
		{"too little lower", -2.00004, -0.5, true, true},
		{"too little lower within rounding", -2.0000499, -0.5, true, false},
		{"higher within rounding", -2 + 1.9e-7, -0.5, true, true},
		{"higher at the bound of rounding", -2 + 2e-7, -0.5, true, true},
		{"higher", -2 + 2.1e-7, -0.5, false, true},
		{"no number", math.NaN(), -0.5, false, true},
	} {
		p := trial{0.5, c.value, c.slope}
		fixture.Equal(t, c.name+": accepts", l.accepts(p), c.accepts)
		fixture.Equal(t, c.name+": overshoots", l.overshoots(p, trial{value: -2}), c.overshoots)
	}
	for value, want := range map[float64]bool{-2.5: true, -2.9999999: false, -2.9999997: true, -3.5: false} {
		p := trial{0.5, value, -0.5}
		fixture.Equal(t, "above the bracket's low end", l.overshoots(p, trial{t: 0.2, value: -3}), want)
	}
	steep := &line{value0: -2, slope0: -2}
	fixture.Near(t, "value to reach", steep.predicted(0.5), -2.0001, 1e-12)
	exact := &line{slope0: -1} // a value of 0 has no rounding
	at := exact.predicted(0.5)
	fixture.Equal(t, "just enough", exact.overshoots(trial{0.5, at, -0.5}, trial{}), false)
	fixture.Equal(t, "as low as the low end", exact.overshoots(trial{0.5, -1, -0.5}, trial{0.2, -1, -0.6}), false)
}

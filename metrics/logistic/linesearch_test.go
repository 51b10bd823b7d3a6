package logistic

import (
	"math"
	"testing"
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

package audit

import (
	"math"
	"testing"

	"protobench/audit/checkpoint"
	"protobench/metrics/geometry"
	"protobench/metrics/matrix"
	"protobench/metrics/spectrum"
	"protobench/metrics/uniqueness"
)

// TestShapeByChance: random unit vectors have the nearest cosines and the effective rank that are
// computed for them.
func TestShapeByChance(t *testing.T) {
	for _, c := range []struct {
		k, d int
		off  float64 // of the effective rank, as a share
	}{{48, 16, 0.02}, {300, 64, 0.01}, {2000, 128, 0.005}, {600, 4, 0.02}, {50, 200, 0.01}, {300, 300, 0.005}} {
		p := checkpoint.Given("x", matrix.RandomUnit(7, c.k, c.d))
		m := Measure(&p, uniqueness.Epsilons(), nil)
		if got, want := *m.EffectiveRank, m.Baseline.EffectiveRank; math.Abs(got-want) > c.off*want {
			t.Errorf("[%d, %d]: effective rank %.4f, by chance %.4f", c.k, c.d, got, want)
		}
		got, want := *m.Nearest, *m.Baseline.Nearest
		for name, q := range map[string][2]float64{"p05": {got.P05, want.P05}, "median": {got.Median, want.Median}, "p95": {got.P95, want.P95}} {
			if math.Abs(q[0]-q[1]) > 0.05 {
				t.Errorf("[%d, %d]: %s of nearest cosines %.4f, by chance %.4f", c.k, c.d, name, q[0], q[1])
			}
		}
	}
}

// TestShapeIsThatOfMetrics: what is computed by blocks is what package metrics computes at once.
func TestShapeIsThatOfMetrics(t *testing.T) {
	for name, rows := range map[string]matrix.Matrix{
		"random":  random(700, 24).Matrix,
		"grouped": random(700, 24).grouped(600, 5, 0.001).Matrix,
		"one":     random(64, 8).grouped(64, 1, 0).Matrix,
		"zeros":   random(300, 12).set(40, 0).Matrix,
		"wide":    random(12, 40).Matrix,
	} {
		p := checkpoint.Given("x", rows)
		m := Measure(&p, uniqueness.Epsilons(), nil)
		singular, _ := spectrum.SingularValues(rows.Normalised())
		want, _ := spectrum.EffectiveRank(singular)
		if math.Abs(*m.EffectiveRank-want) > 1e-4*want {
			t.Errorf("%s: effective rank %g, want %g", name, *m.EffectiveRank, want)
		}
		n, _ := geometry.NearestOf(nil, rows).Summary()
		if d := math.Abs(m.Nearest.P05-n.P05) + math.Abs(m.Nearest.Median-n.Median) + math.Abs(m.Nearest.P95-n.P95); d > 1e-5 {
			t.Errorf("%s: nearest cosines %+v, want %+v", name, *m.Nearest, n)
		}
	}
}

// TestShapeOfNothing leaves out what prototypes without numbers or directions do not have.
func TestShapeOfNothing(t *testing.T) {
	for name, rows := range map[string]matrix.Matrix{
		"NaN":  random(20, 8).set(1, float32(math.NaN())).Matrix,
		"zero": random(20, 8).set(20, 0).Matrix,
		"one":  random(1, 8).Matrix,
	} {
		p := checkpoint.Given("x", rows)
		m := Measure(&p, uniqueness.Epsilons(), nil)
		if has := m.EffectiveRank != nil; has != (name == "one") {
			t.Errorf("%s: an effective rank: %v", name, has)
		}
		if has := m.Nearest != nil; has != (name == "NaN") {
			t.Errorf("%s: nearest cosines: %v", name, has)
		}
	}
}

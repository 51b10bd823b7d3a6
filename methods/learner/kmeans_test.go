package learner

import (
	"math"
	"slices"
	"testing"

	"protobench/methods/internal/fixture"
)

// TestKMeansStep computes an update by hand: a centre of count N that gets n embeddings of mean m
// goes to N' = λⁿ·N + (1-λⁿ)/(1-λ) and moves by (1-λⁿ)/(1-λ)/N' of the way to m.
func TestKMeansStep(t *testing.T) {
	cfg := small(map[string]any{"kmeans.memory": 0.25}) // 64 images, 2 centres: 8 units, λ = 7/8
	m := newKMeans(cfg, placed([]float32{1, 0, 0, -1}, 2))
	m.update(nil, []float32{0.8, 0.6, 0.6, 0.8, 0, 1, 0, -1})
	keep := 7.0 / 8 * 7 / 8 * 7 / 8
	gain := 8 * (1 - keep)
	count := keep + gain
	mean := []float64{1 + gain/count*(1.4/3-1), gain / count * (2.4 / 3)}
	if !(math.Abs(m.count[0]-count) <= 1e-12) || !(math.Abs(m.count[1]-(7.0/8+1)) <= 1e-12) {
		t.Errorf("counts %v, want %g and %g", m.count, count, 7.0/8+1)
	}
	if !near64(m.mean[:2], mean, 1e-7) {
		t.Errorf("mean %v, want %v", m.mean[:2], mean)
	}
	n := math.Hypot(mean[0], mean[1])
	if want := []float32{float32(mean[0] / n), float32(mean[1] / n), 0, -1}; !fixture.Near(m.P.Value, want) {
		t.Errorf("prototypes %v, want %v", m.P.Value, want)
	}
}

// TestKMeansMoves: a centre that is moved counts as one embedding at its new place; one that is
// split off has half of the other's count.
func TestKMeansMoves(t *testing.T) {
	m := newKMeans(small(nil), placed([]float32{1, 0, 0, -1}, 2))
	m.count[0], m.count[1] = 6, 9
	m.Move(1, []float32{0.6, 0.8})
	if m.count[1] != 1 || !near64(m.mean[2:], []float64{0.6, 0.8}, 1e-7) || !fixture.Near(m.P.Effective[0][2:], []float32{0.6, 0.8}) {
		t.Errorf("count %v, mean %v, prototype %v", m.count, m.mean, m.P.Effective[0])
	}
	m.Split(1, 0, []float32{0.8, 0.6})
	if !slices.Equal(m.count, []float64{3, 3}) || !near64(m.mean[2:], []float64{0.8, 0.6}, 1e-7) {
		t.Errorf("counts %v, mean %v after a split", m.count, m.mean)
	}
	copy(m.P.Value, []float32{0, 1, -1, 0})
	m.Adopt()
	if !slices.Equal(m.count, []float64{1, 1}) || !near64(m.mean, []float64{0, 1, -1, 0}, 0) {
		t.Errorf("counts %v, means %v after taking over", m.count, m.mean)
	}
}

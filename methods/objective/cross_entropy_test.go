package objective

import (
	"math"
	"testing"

	"protobench/methods/internal/fixture"
)

// TestSplitCrossEntropy follows the formulas on scores of two heads, of which the first counts.
func TestSplitCrossEntropy(t *testing.T) {
	const b, k, heads, temperature = 2, 3, 2, 0.5
	v := Views{Images: b, Global: 2, Crops: 3}
	s := fixture.Uniform(3*b*heads*k, "scores")
	codes := fixture.SoftmaxOf(fixture.Uniform(2*b*heads*k, "codes"), nil, k, 0.3)
	codes[0], codes[1], codes[2] = 0, 0.25, 0.75 // 0·ln 0 is 0
	h := &Head{Views: v, K: heads * k, Codes: codes, softmaxed: softmaxed{heads, temperature}}
	predictions := fixture.SoftmaxOf(s, nil, k, temperature)
	var entropy, divergence float64
	pull, square := [k]float64{}, [k]float64{}
	for crop := range 3 {
		for i := range b {
			p := predictions[(crop*b+i)*heads*k:][:k]
			var w [k]float64
			for g := range 2 {
				if g == crop {
					continue
				}
				for j, q := range codes[(g*b+i)*heads*k:][:k] {
					if x := float64(q); x > 0 {
						entropy -= x * math.Log(x) / (4 * b)
						divergence += x * math.Log(x/float64(p[j])) / (4 * b)
					}
					w[j] += float64(p[j]) - float64(q)
				}
			}
			for j, x := range w {
				pull[j] += math.Abs(x)
				square[j] += x * x
			}
		}
	}
	var views float64
	for j := range k {
		views += pull[j] * pull[j] / square[j] / k
	}
	got, ok := h.SplitCrossEntropy(s)
	for name, x := range map[string][2]float64{"codes": {got.Codes, entropy}, "divergence": {got.Divergence, divergence}, "views": {got.Views, views}} {
		if !ok || !(math.Abs(x[0]-x[1]) <= 1e-5) {
			t.Errorf("%s: %g, want %g", name, x[0], x[1])
		}
	}
	if _, ok := (&Head{Views: v, K: k}).SplitCrossEntropy(s); ok {
		t.Error("a loss without a softmax is split")
	}
}

// Prototypes that nothing pulls at have no number of views.
func TestNothingPulls(t *testing.T) {
	h := &Head{Views: Views{Images: 1, Global: 2, Crops: 2}, K: 2, Codes: []float32{0.5, 0.5, 0.5, 0.5}, softmaxed: softmaxed{1, 1}}
	if got, _ := h.SplitCrossEntropy(make([]float32, 4)); got.Views != 0 || math.Abs(got.Divergence) > 1e-7 {
		t.Errorf("%+v", got)
	}
}

package methods

import (
	"math"
	"testing"
)

// TestPrecision trains arms, and the supervised reference, with products of bf16: the losses are
// near those of float32, and not the same from the first step on.
func TestPrecision(t *testing.T) {
	for _, name := range []string{"swav", "dino", "supervised"} {
		loss := func(precision string) (out []float64) {
			method := name
			if name == "supervised" {
				method = "swav"
			}
			cfg := testConfig(t, method)
			cfg.Train.Precision = precision
			next := batches(cfg)
			if name != "supervised" {
				for _, s := range steps(t, start(t, cfg), next, 3) {
					out = append(out, s.Loss)
				}
				return out
			}
			r, err := NewSupervised(cfg, 2)
			if err != nil {
				t.Fatal(err)
			}
			labels := make([]int, 2*cfg.Train.Batch)
			for i := range labels {
				labels[i] = i % 2
			}
			for range 3 {
				l, err := r.Step(next(), labels)
				if err != nil {
					t.Fatal(err)
				}
				out = append(out, l)
			}
			return out
		}
		full, low := loss("float32"), loss("bf16")
		for i := range full {
			if d := math.Abs(low[i] - full[i]); d == 0 || d > 0.02*full[i] {
				t.Errorf("%s, step %d: the loss is %v in bf16 and %v in float32", name, i, low[i], full[i])
			}
		}
	}
}

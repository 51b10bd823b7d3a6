package encoders

import (
	"slices"
	"testing"
)

// TestPass checks that a pass runs the network that it is built from: the same features with and
// without a backward pass, others with other weights.
func TestPass(t *testing.T) {
	for _, cfg := range []Config{
		{Name: "convnet", Width: 8, Depth: 2, StemStride: 1, Hidden: 8, Dim: 4},
		{Name: "mlp", Width: 1, Depth: 2, Dim: 4},
		{Name: "vit", Width: 2, Depth: 1, Patch: 4, Heads: 3, Hidden: 8, Dim: 4},
	} {
		w, err := New(cfg, Input{8, 8, 3}, 1)
		if err != nil {
			t.Fatal(err)
		}
		const n = 6
		images := noise(n*8*8*3, "images")
		run := func(backward bool) []float32 {
			p, err := w.NewPass(n, Training, backward)
			if err != nil {
				t.Fatal(err)
			}
			f, err := p.Run(nil, images)
			if err != nil {
				t.Fatal(err)
			}
			return f
		}
		f := run(false)
		if len(f) != n*cfg.Features() || !slices.Equal(f, run(true)) {
			t.Errorf("%s: %d features, or a backward pass changes them", cfg.Name, len(f))
		}
		w.Params[0].Value[0]++
		if slices.Equal(f, run(false)) {
			t.Errorf("%s: the features do not depend on the weights", cfg.Name)
		}
	}
}

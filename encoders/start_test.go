package encoders

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// spreadOf is the standard deviation about 0 and the largest size of numbers.
func spreadOf(x []float32) (std, largest float64) {
	for _, v := range x {
		std += float64(v) * float64(v) / float64(len(x))
		largest = max(largest, math.Abs(float64(v)))
	}
	return math.Sqrt(std), largest
}

// TestStart checks what each parameter is drawn from: biases at 0, norms' scales at 1, weights
// uniform within ±1/√(inputs) as PyTorch has it; all of a gelu projector's three layers, and a
// vision transformer's positions, normal with σ 0.02 as in DINO.
func TestStart(t *testing.T) {
	for _, cfg := range []Config{
		{Name: "convnet", Width: 16, Depth: 2, StemStride: 1, Hidden: 96, Dim: 64},
		{Name: "convnet", Width: 16, Depth: 2, StemStride: 1, Hidden: 96, Dim: 64, Projector: "gelu"},
		{Name: "convnet", Width: 16, Depth: 2, StemStride: 1, Hidden: 96, Dim: 64, Projector: "bn-gelu"},
		{Name: "resnet18", Width: 8, Depth: 2, StemStride: 1, Hidden: 96, Dim: 64},
		{Name: "mlp", Width: 4, Depth: 2, Dim: 64},
		{Name: "vit", Width: 8, Depth: 2, Patch: 4, Heads: 3, Hidden: 96, Dim: 64},
	} {
		t.Run(fmt.Sprint(cfg.Name, cfg.Projector), func(t *testing.T) {
			w, err := New(cfg, Input{16, 16, 3}, 1)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range w.Params {
				std, largest := spreadOf(p.Value)
				inputs := 1
				for _, n := range p.Shape[:len(p.Shape)-1] {
					inputs *= n
				}
				normal := p.Name == "positions" || cfg.Projector == "gelu" && strings.HasPrefix(p.Name, "projector")
				switch {
				case len(p.Shape) == 1 && strings.HasSuffix(p.Name, "weight"):
					if p.Value[0] != 1 || !(math.Abs(std-1) <= 1e-9) {
						t.Errorf("%s starts at %v", p.Name, p.Value[0])
					}
				case len(p.Shape) == 1 || p.Name == "class" || p.Name == "mask":
					if largest != 0 {
						t.Errorf("%s starts at up to %g", p.Name, largest)
					}
				case normal:
					if !(math.Abs(std-0.02) <= 0.02*4/math.Sqrt(2*float64(len(p.Value)))) || largest < 0.04 {
						t.Errorf("%s has σ %g, want 0.02", p.Name, std)
					}
				default:
					bound := 1 / math.Sqrt(float64(inputs))
					if largest > bound*1.000001 || !(math.Abs(std-bound/math.Sqrt(3)) <= bound*4/math.Sqrt(5*float64(len(p.Value)))) {
						t.Errorf("%s of %d inputs has σ %g up to %g, want %g up to %g", p.Name, inputs, std, largest, bound/math.Sqrt(3), bound)
					}
				}
				if p.LRMult != 1 || p.WeightDecay != 0 {
					t.Errorf("%s has the rate %g, weight decay %g", p.Name, p.LRMult, p.WeightDecay)
				}
			}
			for _, s := range w.Stats {
				if want := map[bool]float32{true: 1, false: 0}[strings.HasSuffix(s.Name, ".var")]; s.Value[0] != want {
					t.Errorf("%s starts at %g", s.Name, s.Value[0])
				}
			}
		})
	}
}

package optim

import (
	"math"
	"testing"

	"protobench/encoders"
)

// TestDecayGoesWithTheRate computes a step of each optimizer by hand: a parameter's multiple of the
// learning rate holds for its weight decay as well, as in PyTorch's parameter groups.
func TestDecayGoesWithTheRate(t *testing.T) {
	const w, g, lr, decay = 2.0, -0.5, 0.01, 0.3
	for _, mult := range []float64{0, 1, 7} {
		rate := lr * mult
		for name, c := range map[string]struct {
			make func(p []*encoders.Param) Optimizer
			want float64
		}{
			"sgd":   {func(p []*encoders.Param) Optimizer { return NewSGD(p, 0.9) }, w - rate*(g+decay*w)},
			"adamw": {func(p []*encoders.Param) Optimizer { return NewAdamW(p) }, w*(1-rate*decay) + rate},
			"adam": {func(p []*encoders.Param) Optimizer {
				a := NewAdamW(p)
				a.Coupled = true
				return a
			}, w - rate}, // the sign of g + decay·w
			"dino's lars": {func(p []*encoders.Param) Optimizer { return NewLARS(p, LARSConfig{Convention: LARSDINO, Eta: 0.2}) }, w - rate*0.2*w},
			"solo-learn's lars": {func(p []*encoders.Param) Optimizer {
				return NewLARS(p, LARSConfig{Convention: LARSSoloLearn, Eta: 0.2})
			}, w - rate*0.2*w/(0.5+decay*w)*(g+decay*w)},
			"solo-learn's lars, clipped": {func(p []*encoders.Param) Optimizer {
				return NewLARS(p, LARSConfig{Convention: LARSSoloLearn, Eta: 0.001, Clip: true})
			}, w - rate*min(1, 0.001*w/(0.5+decay*w)/max(rate, 1e-30))*(g+decay*w)},
		} {
			p := &encoders.Param{Name: "w", Shape: []int{1, 1}, Value: []float32{w}, Grad: []float32{g}, LRMult: mult, WeightDecay: decay}
			c.make([]*encoders.Param{p}).Step(nil, lr)
			if got := float64(p.Value[0]); !(math.Abs(got-c.want) <= 2e-6) {
				t.Errorf("%s at %g times the rate: %g becomes %g, want %g", name, mult, w, got, c.want)
			}
		}
	}
}

// TestLARSAtNormZero: what has no norm is not scaled. In DINO's convention it decays all the same,
// so that a gradient which is the decay's opposite moves nothing; in solo-learn's it does not.
func TestLARSAtNormZero(t *testing.T) {
	for _, c := range []struct {
		name       string
		convention LARSConvention
		w, g, want float64
	}{
		{"dino, weight zero", LARSDINO, 0, -2, 0.2}, {"dino, gradient against the decay", LARSDINO, 4, -2, 4},
		{"solo-learn, weight zero", LARSSoloLearn, 0, -2, 0.2}, {"solo-learn, gradient zero", LARSSoloLearn, 4, 0, 4},
		{"dino, gradient zero", LARSDINO, 4, 0, 4 - 0.1*0.25*4}, // scaled: |w| / |decay·w|, of which decay·w is left
	} {
		p := &encoders.Param{Name: "w", Shape: []int{1, 1}, Value: []float32{float32(c.w)}, Grad: []float32{float32(c.g)}, LRMult: 1, WeightDecay: 0.5}
		l := NewLARS([]*encoders.Param{p}, LARSConfig{Convention: c.convention, Eta: 0.25})
		l.Step(nil, 0.1)
		if got := float64(p.Value[0]); !(math.Abs(got-c.want) <= 1e-6) {
			t.Errorf("%s: %g becomes %g, want %g", c.name, c.w, got, c.want)
		}
	}
	zero := &encoders.Param{Name: "w", Shape: []int{1, 1}, Value: []float32{0}, Grad: []float32{0}, LRMult: 1, WeightDecay: 0.5}
	if _, decay := NewLARS([]*encoders.Param{zero}, LARSConfig{Convention: LARSDINO, Eta: 1}).factor(0, 0.1); decay != 0.5 {
		t.Errorf("dino's weight decay at norm zero is %g", decay)
	}
	if _, decay := NewLARS([]*encoders.Param{zero}, LARSConfig{Convention: LARSSoloLearn, Eta: 1}).factor(0, 0.1); decay != 0 {
		t.Errorf("solo-learn's weight decay at norm zero is %g", decay)
	}
}

// TestLARSExcludes biases and norms from scaling and decay, if asked to.
func TestLARSExcludes(t *testing.T) {
	for exclude, want := range map[bool]float64{true: 2 - 0.1*0.5, false: 2 - 0.1*0.25*2} {
		p := &encoders.Param{Name: "b", Shape: []int{1}, Value: []float32{2}, Grad: []float32{0.5}, LRMult: 1, WeightDecay: 0.5}
		NewLARS([]*encoders.Param{p}, LARSConfig{Convention: LARSDINO, Eta: 0.25, Exclude: exclude}).Step(nil, 0.1)
		if got := float64(p.Value[0]); !(math.Abs(got-want) <= 1e-6) {
			t.Errorf("excluded %v: %g, want %g", exclude, got, want)
		}
	}
}

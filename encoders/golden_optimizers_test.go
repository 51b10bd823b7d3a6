package encoders

import (
	"slices"
	"testing"

	"protobench/internal/golden"
)

// optimizerOf builds the optimizer that a golden file is about.
func optimizerOf(name string, f *golden.File, params []*Param) Optimizer {
	momentum, _ := f.Params["momentum"].(float64)
	switch name {
	case "optim_sgd", "optim_sgd_nesterov":
		s := NewSGD(params, momentum)
		s.Nesterov = f.Params["nesterov"].(bool)
		return s
	case "optim_adam", "optim_adamw", "optim_adamw_capi":
		a := NewAdamW(params)
		if b, ok := f.Params["beta2"].(float64); ok {
			a.Beta2 = b
		}
		a.Coupled = name == "optim_adam"
		return a
	}
	c := LARSConfig{Convention: LARSDINO, Momentum: momentum, Eta: f.Params["eta"].(float64), Exclude: true}
	if name != "optim_lars_dino" {
		c.Convention, c.Clip, c.Exclude = LARSSoloLearn, f.Params["clip_lr"].(bool), f.Params["exclude_bias_n_norm"].(bool)
	}
	return NewLARS(params, c)
}

func TestGoldenOptimizers(t *testing.T) {
	for _, name := range []string{
		"optim_sgd", "optim_sgd_nesterov", "optim_adam", "optim_adamw", "optim_adamw_capi", "optim_lars_sololearn", "optim_lars_sololearn_noclip", "optim_lars_dino",
	} {
		t.Run(name, func(t *testing.T) {
			f := golden.Load(t, name)
			var params []*Param
			names := []string{"W", "b", "Z"}
			for _, n := range names {
				x := f.Inputs[n]
				size := len(golden.Floats(f.Expected[n])) / 3
				p := &Param{Name: n, Shape: golden.Shape(x), Value: make([]float32, size), LRMult: 1, WeightDecay: f.Params["weight_decay"].(float64)}
				copy(p.Value, golden.Float32s(x))
				params = append(params, p)
			}
			opt := optimizerOf(name, f, params)
			got := map[string][]float32{}
			for s, lr := range golden.Floats(f.Params["lr"]) {
				for _, p := range params {
					p.Grad = golden.Float32s(f.Inputs["grad_"+p.Name].([]any)[s])
				}
				opt.Step(nil, lr)
				for _, p := range params {
					got[p.Name] = append(got[p.Name], p.Value...)
				}
			}
			for _, n := range names {
				golden.Check(t, f, n, got[n], f.Expected[n])
			}
		})
	}
}

func TestGoldenClip(t *testing.T) {
	t.Run("clip_gradients", func(t *testing.T) {
		f := golden.Load(t, "clip_gradients")
		limit := f.Params["clip"].(float64)
		var params []*Param
		for _, n := range []string{"W", "b"} {
			g := golden.Float32s(f.Inputs["grad_"+n])
			params = append(params, &Param{Name: n, Value: make([]float32, len(g)), Grad: slices.Clone(g), LRMult: 1})
		}
		c := NewClipped(NewSGD(params, 0), params, limit)
		c.Step(nil, 1)
		golden.Check(t, f, "norms", c.norm, f.Expected["norms"])
		for _, p := range params {
			golden.Check(t, f, p.Name, p.Grad, f.Expected["grad_"+p.Name])
			for i, w := range p.Value {
				if w != -p.Grad[i] {
					t.Fatalf("%s moved by %g, the clipped gradient is %g", p.Name, w, p.Grad[i])
				}
			}
		}
	})
}

// TestLARSAtRateZero checks a warm-up's first step: nothing moves, and the clipped factor is 1, so
// that momentum takes the gradient as it is.
func TestLARSAtRateZero(t *testing.T) {
	p := &Param{Name: "W", Shape: []int{1, 2}, Value: []float32{3, 4}, Grad: []float32{1, -2}, LRMult: 1}
	l := NewLARS([]*Param{p}, LARSConfig{Convention: LARSSoloLearn, Momentum: 0.9, Eta: 0.02, Clip: true})
	l.Step(nil, 0)
	if v := l.Slots(p)[0]; !slices.Equal(p.Value, []float32{3, 4}) || !slices.Equal(v, p.Grad) {
		t.Errorf("value %v, velocity %v", p.Value, v)
	}
}

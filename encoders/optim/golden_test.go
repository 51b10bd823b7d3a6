package optim

import (
	"slices"
	"testing"

	"protobench/encoders"
	"protobench/internal/golden"
)

// optimizerOf builds the optimizer that a golden file is about.
func optimizerOf(name string, f *golden.File, params []*encoders.Param) Optimizer {
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
			var params []*encoders.Param
			names := []string{"W", "b", "Z"}
			for _, n := range names {
				x := f.Inputs[n]
				size := len(golden.Floats(f.Expected[n])) / 3
				p := &encoders.Param{Name: n, Shape: golden.Shape(x), Value: make([]float32, size), LRMult: 1, WeightDecay: f.Params["weight_decay"].(float64)}
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
		var params []*encoders.Param
		for _, n := range []string{"W", "b"} {
			g := golden.Float32s(f.Inputs["grad_"+n])
			params = append(params, &encoders.Param{Name: n, Value: make([]float32, len(g)), Grad: slices.Clone(g), LRMult: 1})
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
	p := &encoders.Param{Name: "W", Shape: []int{1, 2}, Value: []float32{3, 4}, Grad: []float32{1, -2}, LRMult: 1}
	l := NewLARS([]*encoders.Param{p}, LARSConfig{Convention: LARSSoloLearn, Momentum: 0.9, Eta: 0.02, Clip: true})
	l.Step(nil, 0)
	if v := l.Slots(p)[0]; !slices.Equal(p.Value, []float32{3, 4}) || !slices.Equal(v, p.Grad) {
		t.Errorf("value %v, velocity %v", p.Value, v)
	}
}

func TestGoldenSchedules(t *testing.T) {
	t.Run("schedules", func(t *testing.T) {
		f := golden.Load(t, "schedules")
		num := func(path ...string) float64 { return golden.At(t, f.Params, path...).(float64) }
		per := int(num("iterations_per_epoch"))
		total := int(num("epochs")) * per
		cosine := func(key string) Cosine {
			c := Cosine{Base: num(key, "base"), Final: num(key, "final"), Warmup: int(num(key, "warmup_epochs")) * per, Total: total}
			if s, ok := f.Params[key].(map[string]any)["start_warmup"]; ok {
				c.Start = s.(float64)
			}
			return c
		}
		for want, key := range map[string]string{"lr": "lr", "weight_decay": "weight_decay", "teacher_momentum": "teacher_momentum", "swav_lr": "swav_lr"} {
			var got []float64
			for i := range total {
				got = append(got, cosine(key).At(i))
			}
			golden.Check(t, f, want, got, f.Expected[want])
		}
		r := Ramp{num("teacher_temp", "warmup_temp"), num("teacher_temp", "temp"), int(num("teacher_temp", "warmup_epochs"))}
		var got []float64
		for e := range int(num("epochs")) {
			got = append(got, r.At(e))
		}
		golden.Check(t, f, "teacher_temp", got, f.Expected["teacher_temp_per_epoch"])
	})
}

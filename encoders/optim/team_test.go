package optim

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"protobench/encoders"
	"protobench/internal/kernel"
	"protobench/internal/stream"
	"protobench/internal/team"
)

func noise(n int, purpose string) []float32 {
	r := stream.New(3, purpose)
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}

// TestUpdatesOnTeams runs every optimizer over parameters of several chunks, and compares teams with one
// thread.
func TestUpdatesOnTeams(t *testing.T) {
	for name, build := range map[string]func(params []*encoders.Param) Optimizer{
		"sgd":      func(p []*encoders.Param) Optimizer { return NewSGD(p, 0.9) },
		"nesterov": func(p []*encoders.Param) Optimizer { s := NewSGD(p, 0.9); s.Nesterov = true; return s },
		"adamw":    func(p []*encoders.Param) Optimizer { return NewAdamW(p) },
		"adam":     func(p []*encoders.Param) Optimizer { a := NewAdamW(p); a.Coupled = true; return a },
		"lars": func(p []*encoders.Param) Optimizer {
			return NewLARS(p, LARSConfig{LARSSoloLearn, 0.9, 0.02, true, true})
		},
		"lars dino": func(p []*encoders.Param) Optimizer {
			return NewLARS(p, LARSConfig{Convention: LARSDINO, Momentum: 0.9, Eta: 0.001})
		},
		"clipped": func(p []*encoders.Param) Optimizer { return NewClipped(NewSGD(p, 0.9), p, 0.5) },
	} {
		t.Run(name, func(t *testing.T) {
			run := func(threads *team.Team) (out [][]float32) {
				var params []*encoders.Param
				for i, n := range []int{5, 3*kernel.ChunkSize + 11, kernel.ChunkSize, 1} {
					p := &encoders.Param{Shape: []int{n, 1}, Value: noise(n, fmt.Sprint("w", i)), Grad: noise(n, fmt.Sprint("g", i)), LRMult: 1, WeightDecay: 0.1}
					params, out = append(params, p), append(out, p.Value)
				}
				o := build(params)
				for range 3 {
					o.Step(threads, 0.1)
				}
				return out
			}
			alone := run(nil)
			for _, n := range []int{2, 3} {
				threads := team.New(n)
				got := run(threads)
				threads.Close()
				for i := range alone {
					if !slices.EqualFunc(alone[i], got[i], func(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) }) {
						t.Errorf("%d threads give parameter %d other numbers", n, i)
					}
				}
			}
		})
	}
}

// TestLargeUpdate compares a parameter of several chunks with the update's formula in float64.
func TestLargeUpdate(t *testing.T) {
	n := 2*kernel.ChunkSize + 3
	p := &encoders.Param{Shape: []int{n, 1}, Value: noise(n, "w"), Grad: noise(n, "g"), LRMult: 2, WeightDecay: 0.1}
	NewLARS([]*encoders.Param{p}, LARSConfig{Convention: LARSSoloLearn, Momentum: 0.9, Eta: 0.02}).Step(nil, 0.1)
	var ww, gg float64
	before := noise(n, "w")
	for i, w := range before {
		ww += float64(w) * float64(w)
		gg += float64(p.Grad[i]) * float64(p.Grad[i])
	}
	q := 0.02 * math.Sqrt(ww) / (math.Sqrt(gg) + 0.1*math.Sqrt(ww) + 1e-8)
	for i, w := range before {
		want := float64(w) - 0.2*q*(float64(p.Grad[i])+0.1*float64(w))
		if !(math.Abs(float64(p.Value[i])-want) <= 1e-6) {
			t.Fatalf("number %d is %g, not %g", i, p.Value[i], want)
		}
	}
}

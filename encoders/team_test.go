package encoders

import (
	"fmt"
	"math"
	"testing"

	"protobench/encoders/graph"
	"protobench/internal/kernel"
	"protobench/internal/team"

	G "gorgonia.org/gorgonia"
)

// onTeams runs f on teams of several sizes and compares the bits of what it returns with those of
// one thread.
func onTeams(t *testing.T, f func(team *team.Team) [][]float32) {
	t.Helper()
	want := f(nil)
	for _, threads := range []int{2, 3} {
		team := team.New(threads)
		got := f(team)
		team.Close()
		for a := range want {
			for i, w := range want[a] {
				if g := got[a][i]; math.Float32bits(g) != math.Float32bits(w) {
					t.Fatalf("%d threads: number %d of array %d is %g, alone %g", threads, i, a, g, w)
				}
			}
		}
	}
}

// TestTeamsAgree runs whole networks forward and backward.
func TestTeamsAgree(t *testing.T) {
	in := Input{Height: 16, Width: 16, Channels: 3}
	for _, cfg := range []Config{
		{Name: "convnet", Width: 16, Depth: 3, StemStride: 1, Hidden: 48, Dim: 24},
		{Name: "mlp", Width: 16, Depth: 2, Dim: 24},
		{Name: "resnet18", Width: 8, Depth: 3, StemStride: 1, Winograd: 2, Hidden: 48, Dim: 24},
		{Name: "resnet18", Width: 8, Depth: 3, StemStride: 1, Winograd: 4, Hidden: 48, Dim: 24},
		{Name: "vit", Width: 16, Depth: 2, Patch: 4, Heads: 3, Dim: 24},
	} {
		t.Run(cfg.Name, func(t *testing.T) {
			onTeams(t, func(team *team.Team) [][]float32 {
				const n = 20
				w, err := New(cfg, in, 1)
				if err != nil {
					t.Fatal(err)
				}
				g := G.NewGraph()
				nodes, err := w.Build(graph.Input(g, "x", noise(n*16*16*3, "x"), n, 16, 16, 3), Training, "")
				if err != nil {
					t.Fatal(err)
				}
				z := must(t)(Normalize(nodes.Embedding))
				p, grads := runVJP(t, g, z, noise(n*cfg.Dim, "w"), nodes.Params...)
				if err := p.Run(team); err != nil {
					t.Fatal(err)
				}
				out := [][]float32{p.Value(z)}
				for _, n := range grads {
					out = append(out, p.Value(n))
				}
				return out
			})
		})
	}
}

// TestUpdatesOnTeams runs every optimizer over parameters of several paramChunks.
func TestUpdatesOnTeams(t *testing.T) {
	for name, build := range map[string]func(params []*Param) Optimizer{
		"sgd":      func(p []*Param) Optimizer { return NewSGD(p, 0.9) },
		"nesterov": func(p []*Param) Optimizer { s := NewSGD(p, 0.9); s.Nesterov = true; return s },
		"adamw":    func(p []*Param) Optimizer { return NewAdamW(p) },
		"adam":     func(p []*Param) Optimizer { a := NewAdamW(p); a.Coupled = true; return a },
		"lars":     func(p []*Param) Optimizer { return NewLARS(p, LARSConfig{LARSSoloLearn, 0.9, 0.02, true, true}) },
		"lars dino": func(p []*Param) Optimizer {
			return NewLARS(p, LARSConfig{Convention: LARSDINO, Momentum: 0.9, Eta: 0.001})
		},
		"clipped": func(p []*Param) Optimizer { return NewClipped(NewSGD(p, 0.9), p, 0.5) },
	} {
		t.Run(name, func(t *testing.T) {
			onTeams(t, func(team *team.Team) [][]float32 {
				var params []*Param
				var out [][]float32
				for i, n := range []int{5, 3*kernel.ChunkSize + 11, kernel.ChunkSize, 1} {
					p := &Param{Shape: []int{n, 1}, Value: noise(n, fmt.Sprint("w", i)), Grad: noise(n, fmt.Sprint("g", i)), LRMult: 1, WeightDecay: 0.1}
					params, out = append(params, p), append(out, p.Value)
				}
				o := build(params)
				for range 3 {
					o.Step(team, 0.1)
				}
				teacher := noise(len(out[1]), "teacher")
				EMA(team, teacher, out[1], 0.9)
				return append(out, teacher)
			})
		})
	}
}

// TestLargeUpdate compares a parameter of several paramChunks with the update's formula in float64.
func TestLargeUpdate(t *testing.T) {
	n := 2*kernel.ChunkSize + 3
	p := &Param{Shape: []int{n, 1}, Value: noise(n, "w"), Grad: noise(n, "g"), LRMult: 2, WeightDecay: 0.1}
	NewLARS([]*Param{p}, LARSConfig{Convention: LARSSoloLearn, Momentum: 0.9, Eta: 0.02}).Step(nil, 0.1)
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

package encoders

import (
	"math"
	"testing"

	"protobench/encoders/graph"
	"protobench/internal/kernel"
	"protobench/internal/stream"

	G "gorgonia.org/gorgonia"
)

func noise(n int, purpose string) []float32 {
	r := stream.New(3, purpose)
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}

// direction is a unit vector between the gradient and a random one.
func direction(grad []float32) []float32 {
	d := noise(len(grad), "direction")
	a, b := float32(kernel.Norm(d)), float32(kernel.Norm(grad))
	for i := range d {
		d[i] = d[i]/a + grad[i]/b
	}
	kernel.NormalizeRows(d, d, 1, len(d), nil)
	return d
}

// TestFiniteDifferences compares every parameter's gradient through a whole network with central differences along a
// random direction.
func TestFiniteDifferences(t *testing.T) {
	in := Input{Height: 8, Width: 8, Channels: 3}
	for _, cfg := range []Config{
		{Name: "convnet", Width: 8, Depth: 3, StemStride: 1, Hidden: 16, Dim: 8},
		{Name: "mlp", Width: 1, Depth: 2, Dim: 8},
	} {
		t.Run(cfg.Name, func(t *testing.T) {
			w, err := New(cfg, in, 1)
			if err != nil {
				t.Fatal(err)
			}
			const n = 12
			g := G.NewGraph()
			x := graph.Input(g, "x", noise(n*8*8*3, "x"), n, 8, 8, 3)
			nodes, err := w.Build(x, Training, "")
			if err != nil {
				t.Fatal(err)
			}
			z := must(t)(Normalize(nodes.Embedding))
			weights := noise(n*cfg.Dim, "w")
			p, grads := runVJP(t, g, z, weights, nodes.Params...)
			value := func() float64 {
				if err := p.Run(); err != nil {
					t.Fatal(err)
				}
				var s float64
				for i, v := range p.Value(z) {
					s += float64(v) * float64(weights[i])
				}
				return s
			}
			for i, param := range w.Params {
				grad := append([]float32(nil), p.Value(grads[i])...)
				dir, start := direction(grad), append([]float32(nil), param.Value...)
				want := float64(kernel.Dot(grad, dir))
				const h = 3e-4
				at := func(s float32) float64 {
					for j := range start {
						param.Value[j] = start[j] + s*dir[j]
					}
					return value()
				}
				got := (at(h) - at(-h)) / (2 * h)
				at(0)
				if math.Abs(got-want) > 0.02*math.Abs(want)+2e-3 {
					t.Errorf("%s: finite difference %g, gradient %g", param.Name, got, want)
				}
			}
		})
	}
}

func TestBranchesShareNothing(t *testing.T) {
	w, err := New(Config{Name: "convnet", Width: 8, Depth: 2, StemStride: 1, Hidden: 8, Dim: 4}, Input{8, 8, 1}, 1)
	if err != nil {
		t.Fatal(err)
	}
	teacher := w.Clone()
	w.Params[0].Value[0]++
	if w.Params[0].Value[0] == teacher.Params[0].Value[0] || teacher.Param(w.Params[0].Name) == w.Params[0] {
		t.Fatal("the clone shares its numbers")
	}
	old := float64(teacher.Params[0].Value[0])
	teacher.FollowBy(w, 0.75)
	if got := float64(teacher.Params[0].Value[0]); math.Abs(got-(old+0.25)) > 1e-6 {
		t.Errorf("teacher moved to %g, want %g", got, old+0.25)
	}
}

func TestTooDeep(t *testing.T) {
	if _, err := New(Config{Name: "convnet", Width: 8, Depth: 6, StemStride: 1, Hidden: 8, Dim: 4}, Input{8, 8, 1}, 1); err == nil {
		t.Error("six blocks on 8×8 images were accepted")
	}
}

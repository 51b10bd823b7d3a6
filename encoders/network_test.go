package encoders

import (
	"fmt"
	"math"
	"strings"
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

// TestFiniteDifferences compares every parameter's gradient through a whole network with central
// differences along a random direction.
func TestFiniteDifferences(t *testing.T) {
	in := Input{Height: 8, Width: 8, Channels: 3}
	for _, cfg := range []Config{
		{Name: "convnet", Width: 8, Depth: 3, StemStride: 1, Hidden: 16, Dim: 8},
		{Name: "mlp", Width: 1, Depth: 2, Dim: 8},
		{Name: "resnet18", Width: 4, Depth: 3, StemStride: 1, Winograd: 2, Hidden: 16, Dim: 8},
		{Name: "resnet18", Width: 4, Depth: 3, StemStride: 1, Winograd: 4, Hidden: 16, Dim: 8},
		{Name: "vit", Width: 2, Depth: 2, Patch: 4, Heads: 3, Dim: 8},
		{Name: "convnet", Width: 8, Depth: 2, StemStride: 1, Hidden: 16, Dim: 8, Projector: "gelu"},
		{Name: "convnet", Width: 8, Depth: 2, StemStride: 1, Hidden: 16, Dim: 8, Projector: "bn-gelu"},
	} {
		t.Run(fmt.Sprint(cfg.Name, cfg.Projector, cfg.Winograd), func(t *testing.T) {
			w, err := New(cfg, in, 1)
			if err != nil {
				t.Fatal(err)
			}
			if cfg.Projector == "gelu" { // its start is meant for 2048 hidden units: so few would leave next to nothing to normalise
				for _, p := range w.Params {
					if strings.HasPrefix(p.Name, "projector") {
						for i := range p.Value {
							p.Value[i] *= 15
						}
					}
				}
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
				if err := p.Run(nil); err != nil {
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
				if !(math.Abs(got-want) <= 0.02*math.Abs(want)+2e-3) {
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
	teacher.FollowBy(nil, w, 0.75)
	if got := float64(teacher.Params[0].Value[0]); !(math.Abs(got-(old+0.25)) <= 1e-6) {
		t.Errorf("teacher moved to %g, want %g", got, old+0.25)
	}
}

// TestMisfits checks that settings that do not fit the images are refused by an error that names
// the key.
func TestMisfits(t *testing.T) {
	for key, cfg := range map[string]Config{
		"encoder.depth: 6": {Name: "convnet", Width: 8, Depth: 6, StemStride: 1, Hidden: 8, Dim: 4},
		"encoder.winograd: found 3; expected 0, 2 or 4": {Name: "resnet18", Width: 8, Depth: 2, StemStride: 1, Winograd: 3, Hidden: 8, Dim: 4},
		"encoder.depth: 5": {Name: "resnet18", Width: 8, Depth: 5, StemStride: 1, Hidden: 8, Dim: 4},
		"encoder.patch: ":  {Name: "vit", Width: 8, Depth: 1, Patch: 3, Heads: 3, Hidden: 8, Dim: 4},
		"encoder.heads: ":  {Name: "vit", Width: 8, Depth: 1, Patch: 4, Heads: 5, Hidden: 8, Dim: 4},
		"encoder.name: ":   {Name: "resnet"},
	} {
		if _, err := New(cfg, Input{8, 8, 1}, 1); err == nil || !strings.HasPrefix(err.Error(), key) {
			t.Errorf("%+v: %v, expected an error that starts with %q", cfg, err, key)
		}
	}
}

// TestSizes builds every encoder at its default settings and compares shapes and the number of
// parameters with those of the published networks (the projector without hidden units of its own:
// as many as features).
func TestSizes(t *testing.T) {
	for _, c := range []struct {
		name             string
		features, params int
	}{
		{"mlp", 512, 3072*512 + 512 + 3*(512*512+512) + 512*128 + 128},
		{"convnet", 256, 27*32 + 288*64 + 576*128 + 1152*256 + 2*480 + 256*256 + 512 + 256*128 + 128},
		{"resnet18", 512, 11_168_832 + 512*512 + 1024 + 512*128 + 128}, // torchvision's without fc, its 7×7 stem replaced by a 3×3 one
		{"vit", 192, 48*192 + 192 + 66*192 + 4*(12*192*192+13*192) + 384 + 192*192 + 384 + 192*128 + 128},
	} {
		cfg := Config{Name: c.name, Width: 32, Depth: 4, StemStride: 1, Patch: 4, Heads: 3, Dim: 128}
		w, err := New(cfg, Input{32, 32, 3}, 1)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, p := range w.Params {
			n += len(p.Value)
		}
		g := G.NewGraph()
		nodes, err := w.Build(graph.Input(g, "x", make([]float32, 2*32*32*3), 2, 32, 32, 3), Evaluation, "")
		if err != nil {
			t.Fatal(err)
		}
		if f := nodes.Features.Shape()[1]; f != c.features || f != cfg.Features() || nodes.Embedding.Shape()[1] != 128 || n != c.params {
			t.Errorf("%s: %d features (stated %d), %d parameters; want %d and %d", c.name, f, cfg.Features(), n, c.features, c.params)
		}
	}
}

// TestWinogradOfEncoders checks that the setting reaches the convolutions, and how far their
// outcomes lie apart.
func TestWinogradOfEncoders(t *testing.T) {
	var want []float32
	for _, tile := range []int{0, 2, 4} {
		w, err := New(Config{Name: "resnet18", Width: 8, Depth: 2, StemStride: 1, Winograd: tile, Hidden: 16, Dim: 8}, Input{16, 16, 3}, 1)
		if err != nil {
			t.Fatal(err)
		}
		const n = 6
		g := G.NewGraph()
		nodes, err := w.Build(graph.Input(g, "x", noise(n*16*16*3, "x"), n, 16, 16, 3), Training, "")
		if err != nil {
			t.Fatal(err)
		}
		p, _ := runVJP(t, g, nodes.Embedding, noise(n*8, "w"), nodes.Params...)
		got := append([]float32(nil), p.Value(nodes.Embedding)...)
		if tile == 0 {
			want = got
			continue
		}
		far := float32(0)
		for i, v := range got {
			far = max(far, v-want[i], want[i]-v)
		}
		if far == 0 || far > 1e-4 {
			t.Errorf("encoder.winograd = %d is %g away from the direct convolution", tile, far)
		}
	}
}

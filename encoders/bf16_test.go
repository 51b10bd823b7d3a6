package encoders

import (
	"math"
	"testing"

	"protobench/encoders/graph"
	"protobench/internal/team"

	G "gorgonia.org/gorgonia"
)

// roundedNetworks have all layers that multiply in bf16, and convolutions by minimal filtering
// among them.
func roundedNetworks() []Config {
	return []Config{
		{Name: "convnet", Width: 16, Depth: 3, StemStride: 1, Hidden: 48, Dim: 24},
		{Name: "mlp", Width: 16, Depth: 2, Dim: 24},
		{Name: "resnet18", Width: 32, Depth: 2, StemStride: 1, Winograd: 2, Hidden: 48, Dim: 24},
		{Name: "vit", Width: 16, Depth: 2, Patch: 4, Heads: 3, Dim: 24, Projector: "gelu"},
	}
}

// run returns a network's embedding and the gradients of its parameters.
func (c Config) run(t *testing.T, team *team.Team, mode Mode, change func(w float32) float32) [][]float32 {
	t.Helper()
	const n = 32
	w, err := New(c, Input{Height: 16, Width: 16, Channels: 3}, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range w.Params {
		for i, v := range p.Value {
			if c.Projector == "gelu" && len(p.Shape) == 2 { // DINO's head starts small
				v *= 3
			}
			p.Value[i] = change(v)
		}
	}
	g := G.NewGraph()
	nodes, err := w.Build(graph.Input(g, "x", noise(n*16*16*3, "x"), n, 16, 16, 3), mode, "")
	if err != nil {
		t.Fatal(err)
	}
	if mode == Evaluation {
		p, err := graph.Compile(g, nodes.Embedding)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Run(team); err != nil {
			t.Fatal(err)
		}
		return [][]float32{p.Value(nodes.Embedding)}
	}
	p, grads := runVJP(t, g, nodes.Embedding, noise(n*c.Dim, "w"), nodes.Params...)
	if err := p.Run(team); err != nil {
		t.Fatal(err)
	}
	out := [][]float32{p.Value(nodes.Embedding)}
	for _, n := range grads {
		out = append(out, p.Value(n))
	}
	return out
}

// distance is the length of a difference over that of what it is to.
func distance(x, want []float32) float64 {
	var d, n float64
	for i, v := range want {
		e := float64(x[i]) - float64(v)
		d, n = d+e*e, n+float64(v)*float64(v)
	}
	return math.Sqrt(d / n)
}

// TestBF16 trains networks in bf16: embedding and gradients of all parameters are near those of
// float32, but not the same, and have the same bits on any team; what is evaluated has those of
// float32. Gradients of such deep networks are not known better than weights are: how near is near
// is what rounding the weights alone does to them.
func TestBF16(t *testing.T) {
	for _, cfg := range roundedNetworks() {
		t.Run(cfg.Name, func(t *testing.T) {
			low := cfg
			low.BF16 = true
			same := func(w float32) float32 { return w }
			want, got := cfg.run(t, nil, Training, same), low.run(t, nil, Training, same)
			rounded := cfg.run(t, nil, Training, func(w float32) float32 {
				return math.Float32frombits((math.Float32bits(w) + 1<<15) &^ (1<<16 - 1))
			})
			for i := range want {
				if d := distance(got[i], want[i]); !(d <= 3.5*distance(rounded[i], want[i])) || i == 0 && !(d > 1e-4 && d < 0.06) {
					t.Errorf("array %d of %d is off by %.2g", i, len(want), d)
				}
			}
			two := team.New(2)
			defer two.Close()
			for i, x := range low.run(t, two, Training, same) {
				if distance(x, got[i]) > 0 {
					t.Errorf("array %d differs on two threads", i)
				}
			}
			if d := distance(low.run(t, nil, Evaluation, same)[0], cfg.run(t, nil, Evaluation, same)[0]); d > 0 {
				t.Errorf("evaluation is off by %.2g", d)
			}
		})
	}
}

// TestEveryProductIsBF16 changes nothing but operands that bf16 can hold: then both precisions
// differ by the rounding of sums alone, and a layer that was left out or rounds more shows.
func TestEveryProductIsBF16(t *testing.T) {
	for name, layer := range map[string]func(v G.Nodes) (*G.Node, error){
		"linear":     func(v G.Nodes) (*G.Node, error) { return Linear(v[0], v[1], nil, false, true) },
		"linear-add": func(v G.Nodes) (*G.Node, error) { return LinearAdd(v[0], v[1], v[2], v[0]) },
		"attention":  func(v G.Nodes) (*G.Node, error) { return Attention(v[3], 8, 2) },
	} {
		t.Run(name, func(t *testing.T) {
			run := func(low bool) [][]float32 {
				const rows, d = 32, 16
				g := G.NewGraph()
				in := func(name string, scale float32, shape ...int) *G.Node {
					x := noise(shape[0]*shape[len(shape)-1], name)
					for i, v := range x {
						x[i] = scale * float32(math.Round(float64(v)*16)) / 16
					}
					return graph.Input(g, name, x, shape...)
				}
				bias := graph.Input(g, "b", noise(d, "b"), d)
				v := G.Nodes{in("x", 1, rows, d), in("w", 1, d, d), bias, in("qkv", 0.25, rows, 3*d)}
				y := must(t)(layer(v))
				if low {
					useBF16(y)
				}
				wrt := v[:2]
				if name == "attention" {
					wrt = v[3:]
				}
				p, grads := runVJP(t, g, y, noise(rows*d, "dy"), wrt...)
				if err := p.Run(nil); err != nil {
					t.Fatal(err)
				}
				out := [][]float32{p.Value(y)}
				for _, n := range grads {
					out = append(out, p.Value(n))
				}
				return out
			}
			want, got := run(false), run(true)
			for i := range want {
				d := distance(got[i], want[i])
				exact := i == 0 && name != "attention"
				if exact && !(d < 1e-6) || !exact && !(d > 1e-5 && d < 0.01) {
					t.Errorf("array %d is off by %.2g", i, d)
				}
			}
		})
	}
}

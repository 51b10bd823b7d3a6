package encoders

import (
	"fmt"
	"slices"
	"testing"

	"protobench/encoders/graph"
	"protobench/internal/team"

	G "gorgonia.org/gorgonia"
)

// normed builds layers whose batch norms are applied by themselves or by what reads them.
type normed struct {
	t        *testing.T
	deferred bool
	winograd int
	mode     Mode
	g        *G.ExprGraph
	operands G.Nodes
	runs     []Running
}

func (b *normed) input(name string, n int, shape ...int) *G.Node {
	v := graph.Input(b.g, name, noise(n, name), shape...)
	b.operands = append(b.operands, v)
	return v
}

func (b *normed) conv(x *G.Node, in, out, stride int) *G.Node {
	w := b.input(fmt.Sprint("w", len(b.operands)), 9*in*out, 3, 3, in, out)
	return must(b.t)(Conv3x3(x, w, stride, b.winograd, true))
}

func (b *normed) params(ch int) (gamma, beta *G.Node, run Running) {
	k := len(b.operands)
	run = Running{noise(ch, fmt.Sprint("mean", k)), slices.Repeat([]float32{1.5}, ch)}
	b.runs = append(b.runs, run)
	return b.input(fmt.Sprint("gamma", k), ch, ch), b.input(fmt.Sprint("beta", k), ch, ch), run
}

// norm is a batch norm, which convolutions or the ends of blocks apply if it is deferred.
func (b *normed) norm(x *G.Node, ch int, relu, deferred bool) *G.Node {
	gamma, beta, run := b.params(ch)
	if deferred && b.deferred {
		return must(b.t)(deferNorm(x, gamma, beta, run, b.mode, relu))
	}
	return must(b.t)(BatchNorm(x, gamma, beta, run, b.mode, relu))
}

// end is that of a block.
func (b *normed) end(x, shortcut *G.Node, ch int, deferred bool) *G.Node {
	gamma, beta, run := b.params(ch)
	if deferred && b.deferred {
		return must(b.t)(deferNormAdd(x, gamma, beta, shortcut, run, b.mode))
	}
	return must(b.t)(BatchNormAdd(x, gamma, beta, shortcut, run, b.mode))
}

// convnet is two blocks of the convnet.
func (b *normed) convnet(x *G.Node, ch int) *G.Node {
	x = b.norm(b.conv(x, ch, 2*ch, 1), 2*ch, true, true)
	return b.norm(b.conv(x, 2*ch, 3*ch, 2), 3*ch, true, false)
}

// resnet is a stem, whose maps the backward pass computes anew if norms are deferred, a basic block
// that halves the images, and one behind it whose shortcut is its input. Maps of 32 channels have no
// border then.
func (b *normed) resnet(x *G.Node, ch int) *G.Node {
	x = b.conv(x, ch, ch, 1)
	if b.deferred {
		x = must(b.t)(recomputed(x))
	}
	x = b.norm(x, ch, true, true)
	y := b.norm(b.conv(x, ch, 2*ch, 2), 2*ch, true, true)
	y = b.conv(y, 2*ch, 2*ch, 1)
	w := b.input("shortcut", 2*ch*ch, ch, 2*ch)
	x = b.end(y, b.norm(must(b.t)(Conv1x1(x, w, 2)), 2*ch, false, true), 2*ch, true)
	y = b.norm(b.conv(x, 2*ch, 2*ch, 1), 2*ch, true, true)
	return b.end(b.conv(y, 2*ch, 2*ch, 1), x, 2*ch, false)
}

// run returns the result of an architecture, in training the gradients of all operands, and the
// running statistics.
func (b *normed) run(team *team.Team, architecture func(b *normed, x *G.Node, ch int) *G.Node) [][]float32 {
	const n, side, ch = 13, 9, 16
	b.g = G.NewGraph()
	x := must(b.t)(Pad(b.input("x", n*side*side*ch, n, side, side, ch)))
	y := must(b.t)(Unpad(architecture(b, x, ch)))
	roots := G.Nodes{y}
	if b.mode == Training {
		loss := must(b.t)(dotWith(y, noise(y.Shape().TotalSize(), "grad")))
		grads, err := graph.Gradients(loss, b.operands...)
		if err != nil {
			b.t.Fatal(err)
		}
		roots = append(roots, grads...)
	}
	p, err := graph.Compile(b.g, roots...)
	if err != nil {
		b.t.Fatal(err)
	}
	for range 2 { // the second run finds what the first one left
		if err := p.Run(team); err != nil {
			b.t.Fatal(err)
		}
	}
	var out [][]float32
	for _, r := range roots {
		out = append(out, p.Value(r))
	}
	for _, r := range b.runs {
		out = append(out, r.Mean, r.Var)
	}
	return out
}

// TestDeferredNorms compares networks whose batch norms are applied where convolutions and the ends
// of blocks read them with the same layers one after the other, bit by bit: results, gradients and
// running statistics.
func TestDeferredNorms(t *testing.T) {
	two := team.New(2)
	defer two.Close()
	for name, architecture := range map[string]func(b *normed, x *G.Node, ch int) *G.Node{"convnet": (*normed).convnet, "resnet": (*normed).resnet} {
		for _, mode := range []Mode{Training, Evaluation} {
			for _, winograd := range []int{0, 2, 4} {
				t.Run(fmt.Sprint(name, " mode ", mode, " winograd ", winograd), func(t *testing.T) {
					want := (&normed{t: t, winograd: winograd, mode: mode}).run(nil, architecture)
					for _, team := range []*team.Team{nil, two} {
						got := (&normed{t: t, winograd: winograd, mode: mode, deferred: true}).run(team, architecture)
						for i := range want {
							if !slices.Equal(got[i], want[i]) {
								t.Errorf("%d threads: array %d of %d is not that of the layers apart", team.Threads(), i, len(want))
							}
						}
					}
				})
			}
		}
	}
}

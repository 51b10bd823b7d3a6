package encoders

import (
	"protobench/encoders/graph"
	"protobench/internal/team"

	G "gorgonia.org/gorgonia"
)

// Pass is a network by itself, without a loss or an optimizer: what an encoder costs, as the floor
// of a training step's time. Its gradient starts at a row of ones.
type Pass struct {
	program  *graph.Program
	x        []float32
	features []float32
}

// NewPass builds a pass over n images at a time: forward in the given mode, and with backward also
// the gradients of all parameters.
func (w *Weights) NewPass(n int, mode Mode, backward bool) (*Pass, error) {
	in := w.Input
	p := &Pass{x: make([]float32, n*in.Height*in.Width*in.Channels)}
	return p, graph.Build(func() error {
		g := G.NewGraph()
		nodes, err := w.Build(graph.Input(g, "x", p.x, n, in.Height, in.Width, in.Channels), mode, "")
		if err != nil {
			return err
		}
		roots := G.Nodes{nodes.Embedding, nodes.Features}
		if backward {
			sum, err := total(nodes.Embedding)
			if err != nil {
				return err
			}
			if roots, err = graph.Gradients(sum, nodes.Params...); err != nil {
				return err
			}
			roots = append(roots, nodes.Features)
		}
		p.program, err = graph.Compile(g, roots...)
		if err == nil {
			p.features = p.program.Value(nodes.Features)
		}
		return err
	})
}

// total adds the sum of all elements of z.
func total(z *G.Node) (*G.Node, error) {
	return graph.Apply(graph.Op{
		Kind: "total", Diff: []bool{true},
		Forward: func(_ *team.Team, in [][]float32, out []float32) {
			out[0] = 0
			for _, v := range in[0] {
				out[0] += v
			}
		},
		Backward: func(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
			dz, err := graph.Apply(graph.Op{
				Kind: "total-grad", Out: in[0].Shape().Clone(),
				Forward: func(_ *team.Team, v [][]float32, out []float32) {
					for i := range out {
						out[i] = v[0][0]
					}
				},
			}, grad)
			return G.Nodes{dz}, err
		},
	}, z)
}

// Run runs the pass on images [n,H,W,C] and returns their backbone features [n,F], overwritten by
// the next run.
func (p *Pass) Run(team *team.Team, images []float32) ([]float32, error) {
	copy(p.x, images)
	return p.features, p.program.Run(team)
}

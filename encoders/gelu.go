package encoders

import (
	"protobench/encoders/graph"
	"protobench/internal/kernel"
	"protobench/internal/team"

	G "gorgonia.org/gorgonia"
)

// GELU computes x·Φ(x) element by element, Φ the standard normal distribution function (Hendrycks
// and Gimpel 2016; the exact form, not the tanh approximation).
func GELU(x *G.Node) (*G.Node, error) {
	s := x.Shape()
	return graph.Apply(graph.Op{
		Kind: "gelu", Out: s.Clone(), Diff: []bool{true},
		Forward: func(team *team.Team, in [][]float32, out []float32) {
			team.Chunks(len(out), kernel.ChunkSize, func(lo, hi int) { kernel.GELU(out[lo:hi], in[0][lo:hi]) })
		},
		Backward: func(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
			dx, err := graph.Apply(graph.Op{
				Kind: "gelu-grad", Out: s.Clone(),
				Forward: func(team *team.Team, v [][]float32, dx []float32) {
					team.Chunks(len(dx), kernel.ChunkSize, func(lo, hi int) { kernel.GELUBackward(dx[lo:hi], v[0][lo:hi], v[1][lo:hi]) })
				},
			}, in[0], grad)
			return G.Nodes{dx}, err
		},
	}, x)
}

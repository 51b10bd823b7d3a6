package encoders

import (
	"fmt"

	"protobench/encoders/graph"
	"protobench/internal/kernel"
	"protobench/internal/team"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Hide puts the mask token [1,D] in the place of the patches x [N·P,D] whose mask [N,P] is 1 (the
// masked image modelling of BEiT and iBOT, Zhou et al. 2022). No gradient flows to the mask.
func Hide(x, mask, token *G.Node) (*G.Node, error) {
	s := x.Shape()
	if mask.Shape().TotalSize() != s[0] || token.Shape().TotalSize() != s[1] {
		return nil, fmt.Errorf("encoders: masks %v and token %v for patches %v", mask.Shape(), token.Shape(), s)
	}
	h := &hide{d: s[1]}
	return graph.Apply(graph.Op{
		Kind: "hide", Out: s.Clone(), Diff: []bool{true, false, true}, Forward: h.forward, Backward: h.backwardNodes,
	}, x, mask, token)
}

type hide struct {
	d      int
	dtoken []float32
}

func (h *hide) forward(_ *team.Team, in [][]float32, out []float32) {
	copy(out, in[0])
	for r, m := range in[1] {
		if m != 0 {
			copy(out[r*h.d:][:h.d], in[2])
		}
	}
}

func (h *hide) backward(_ *team.Team, v [][]float32, dx []float32) {
	copy(dx, v[1])
	clear(h.dtoken)
	for r, m := range v[0] {
		if m != 0 {
			row := dx[r*h.d:][:h.d]
			kernel.Axpy(1, row, h.dtoken)
			clear(row)
		}
	}
}

func (h *hide) backwardNodes(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
	h.dtoken = make([]float32, h.d)
	dx, err := graph.Apply(graph.Op{Kind: "hide-grad", Out: in[0].Shape().Clone(), Forward: h.backward}, in[1], grad)
	if err != nil {
		return nil, err
	}
	token, err := graph.Take(dx, h.dtoken, 1, h.d)
	return G.Nodes{dx, nil, token}, err
}

// PatchTokens takes all but the first of the t tokens of each image: x [N·T,D] to [N·(T-1),D].
func PatchTokens(x *G.Node, t int) (*G.Node, error) {
	s := x.Shape()
	n, d := s[0]/t, s[1]
	run := (t - 1) * d
	return graph.Apply(graph.Op{
		Kind: "patch-tokens", Out: tensor.Shape{n * (t - 1), d}, Diff: []bool{true},
		Forward: func(_ *team.Team, in [][]float32, out []float32) {
			for i := range n {
				copy(out[i*run:][:run], in[0][i*t*d+d:])
			}
		},
		Backward: func(_ G.Nodes, _, grad *G.Node) (G.Nodes, error) {
			dx, err := graph.Apply(graph.Op{
				Kind: "patch-tokens-grad", Out: s.Clone(),
				Forward: func(_ *team.Team, v [][]float32, dx []float32) {
					for i := range n {
						clear(dx[i*t*d:][:d])
						copy(dx[i*t*d+d:][:run], v[0][i*run:])
					}
				},
			}, grad)
			return G.Nodes{dx}, err
		},
	}, x)
}

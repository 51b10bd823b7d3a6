package encoders

import (
	"protobench/encoders/graph"
	"protobench/internal/kernel"
	"protobench/internal/team"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Feature maps between convolutions are nodes [N,H+2,W+2,C]: images with a border of one zero
// pixel, which convolutions read in place. Layers write the interior alone.

// mapsOf returns how a node's numbers lie: padded maps for four dimensions, a matrix for two.
func mapsOf(x *G.Node) kernel.Map {
	s := x.Shape()
	if len(s) == 4 {
		return kernel.Map{Images: s[0], Height: s[1] - 2, Width: s[2] - 2, Channels: s[3], Halo: 1}
	}
	ch := s[len(s)-1]
	return kernel.Matrix(s.TotalSize()/ch, ch)
}

// shapeOf is the shape of a node that holds maps.
func shapeOf(m kernel.Map) tensor.Shape {
	return tensor.Shape{m.Images, m.Height + 2*m.Halo, m.Width + 2*m.Halo, m.Channels}
}

// Pad puts the zero border around images x [N,H,W,C], which convolutions need: [N,H+2,W+2,C].
func Pad(x *G.Node) (*G.Node, error) {
	s := x.Shape()
	m := kernel.Map{Images: s[0], Height: s[1], Width: s[2], Channels: s[3], Halo: 1}
	return graph.Apply(graph.Op{
		Kind: "pad", Out: shapeOf(m), Halo: true, Diff: []bool{true},
		Forward: func(team *team.Team, in [][]float32, out []float32) { m.Pad(team, out, in[0]) },
		Backward: func(_ G.Nodes, _, grad *G.Node) (G.Nodes, error) {
			dx, err := Unpad(grad)
			return G.Nodes{dx}, err
		},
	}, x)
}

// Unpad takes the border off: [N,H+2,W+2,C] to [N,H,W,C].
func Unpad(x *G.Node) (*G.Node, error) {
	m := mapsOf(x)
	return graph.Apply(graph.Op{
		Kind: "unpad", Out: tensor.Shape{m.Images, m.Height, m.Width, m.Channels}, Diff: []bool{true},
		Forward: func(team *team.Team, in [][]float32, out []float32) { m.Unpad(team, out, in[0]) },
		Backward: func(_ G.Nodes, _, grad *G.Node) (G.Nodes, error) {
			dx, err := Pad(grad)
			return G.Nodes{dx}, err
		},
	}, x)
}

package encoders

import (
	"fmt"

	"protobench/encoders/graph"
	"protobench/internal/kernel"
	"protobench/internal/team"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Patches cuts images x [N,H,W,C] into squares of size×size pixels, a row each: [N·P,size·size·C],
// row by row of the image. It is meant for the input: no gradient flows through.
func Patches(x *G.Node, size int) (*G.Node, error) {
	s := x.Shape()
	if len(s) != 4 || s[1]%size != 0 || s[2]%size != 0 {
		return nil, fmt.Errorf("encoders: patches of %d×%d pixels of images %v", size, size, s)
	}
	down, across, run := s[1]/size, s[2]/size, size*s[3]
	return graph.Apply(graph.Op{
		Kind: "patches", Out: tensor.Shape{s[0] * down * across, size * run}, Diff: []bool{false},
		Forward: func(team *team.Team, in [][]float32, out []float32) {
			// A run of size pixels lies at row y of patch (i, j) of image n.
			team.Chunks(len(out)/run, kernel.RowChunk(run), func(lo, hi int) {
				for r := lo; r < hi; r++ {
					y, patch := r%size, r/size
					n, i, j := patch/(down*across), patch/across%down, patch%across
					copy(out[r*run:][:run], in[0][((n*s[1]+i*size+y)*across+j)*run:])
				}
			})
		},
	}, x)
}

// Tokens puts a class token [1,D] before the P patches x [N·P,D] of each image and adds positions
// [P+1,D]: [N·(P+1),D].
func Tokens(x, class, positions *G.Node) (*G.Node, error) {
	s, t, d := x.Shape(), positions.Shape()[0], positions.Shape()[1]
	if s[0]%(t-1) != 0 || s[1] != d || class.Shape().TotalSize() != d {
		return nil, fmt.Errorf("encoders: tokens of %v with class token %v and positions %v", s, class.Shape(), positions.Shape())
	}
	o := &tokens{n: s[0] / (t - 1), t: t, d: d}
	return graph.Apply(graph.Op{
		Kind: "tokens", Out: tensor.Shape{o.n * t, d}, Diff: []bool{true, true, true},
		Forward: o.forward, Backward: o.backwardNodes,
	}, x, class, positions)
}

// sliceImages is how many images have the gradients of their positions summed in float32.
const sliceImages = 32

type tokens struct {
	n, t, d    int
	dclass, dp []float32
	sums       *slicedSums
}

func (o *tokens) forward(team *team.Team, in [][]float32, y []float32) {
	x, class, positions := in[0], in[1], in[2]
	team.Do(o.n, func(i int) {
		image := y[i*o.t*o.d:][:o.t*o.d]
		kernel.Combine(image[:o.d], class, positions, 1, 1)
		kernel.Combine(image[o.d:], x[i*(o.t-1)*o.d:], positions[o.d:], 1, 1)
	})
}

func (o *tokens) backward(team *team.Team, v [][]float32, dx []float32) {
	team.Chunks(o.n, sliceImages, func(lo, hi int) {
		sums := o.sums.own(lo)
		for i := lo; i < hi; i++ {
			image := v[0][i*o.t*o.d:][:o.t*o.d]
			copy(dx[i*(o.t-1)*o.d:], image[o.d:])
			kernel.Axpy(1, image, sums)
		}
	})
	o.sums.total(team, o.dp, 0)
	copy(o.dclass, o.dp[:o.d])
}

func (o *tokens) backwardNodes(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
	o.sums = newSlicedSums(o.n, sliceImages, o.t*o.d)
	o.dclass, o.dp = make([]float32, o.d), make([]float32, o.t*o.d)
	dx, err := graph.Apply(graph.Op{Kind: "tokens-grad", Out: in[0].Shape().Clone(), Forward: o.backward}, grad)
	if err != nil {
		return nil, err
	}
	return withTakes(dx, taken{o.dclass, tensor.Shape{1, o.d}}, taken{o.dp, tensor.Shape{o.t, o.d}})
}

// ClassToken takes the first of the t tokens of each image: x [N·T,D] to [N,D].
func ClassToken(x *G.Node, t int) (*G.Node, error) {
	s := x.Shape()
	n, d := s[0]/t, s[1]
	return graph.Apply(graph.Op{
		Kind: "class-token", Out: tensor.Shape{n, d}, Diff: []bool{true},
		Forward: func(_ *team.Team, in [][]float32, out []float32) {
			for i := range n {
				copy(out[i*d:][:d], in[0][i*t*d:])
			}
		},
		Backward: func(_ G.Nodes, _, grad *G.Node) (G.Nodes, error) {
			dx, err := graph.Apply(graph.Op{
				Kind: "class-token-grad", Out: s.Clone(),
				Forward: func(team *team.Team, v [][]float32, dx []float32) {
					team.Do(n, func(i int) {
						image := dx[i*t*d:][:t*d]
						copy(image[:d], v[0][i*d:])
						clear(image[d:])
					})
				},
			}, grad)
			return G.Nodes{dx}, err
		},
	}, x)
}

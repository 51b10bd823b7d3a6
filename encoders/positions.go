package encoders

import (
	"fmt"
	"math"

	"protobench/encoders/graph"
	"protobench/internal/kernel"
	"protobench/internal/team"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Positions interpolates a table of learned positions x [P+1,D], class token first and patches row
// by row of a grid, for a grid of another size: bilinearly with half-pixel centres, as a product
// with a constant matrix (DINO resizes positions for its local crops in the same way, but
// bicubically). The class token's position stays.
func Positions(x *G.Node, from, to [2]int) (*G.Node, error) {
	s, rows, cols := x.Shape(), to[0]*to[1]+1, from[0]*from[1]+1
	if len(s) != 2 || s[0] != cols {
		return nil, fmt.Errorf("encoders: positions %v of a grid of %v", s, from)
	}
	m, d := interpolation(from, to), s[1]
	return graph.Apply(graph.Op{
		Kind: "positions", Out: tensor.Shape{rows, d}, Diff: []bool{true},
		Forward: func(team *team.Team, in [][]float32, out []float32) {
			kernel.Gemm(team, false, false, rows, d, cols, m, cols, in[0], d, out, d, false)
		},
		Backward: func(_ G.Nodes, _, grad *G.Node) (G.Nodes, error) {
			dx, err := graph.Apply(graph.Op{
				Kind: "positions-grad", Out: s.Clone(),
				Forward: func(team *team.Team, v [][]float32, dx []float32) {
					kernel.Gemm(team, true, false, cols, d, rows, m, cols, v[0], d, dx, d, false)
				},
			}, grad)
			return G.Nodes{dx}, err
		},
	}, x)
}

// interpolation is the matrix [Q+1,P+1] of that product.
func interpolation(from, to [2]int) []float32 {
	down, across := weights(from[0], to[0]), weights(from[1], to[1])
	cols := from[0]*from[1] + 1
	m := make([]float32, (to[0]*to[1]+1)*cols)
	m[0] = 1
	for i := range to[0] {
		for j := range to[1] {
			row := m[(i*to[1]+j+1)*cols:][:cols]
			for y := range from[0] {
				for x := range from[1] {
					row[1+y*from[1]+x] = float32(down[i*from[0]+y] * across[j*from[1]+x])
				}
			}
		}
	}
	return m
}

// weights [to,from] mix the positions along one side; beyond the ends the last one holds.
func weights(from, to int) []float64 {
	w := make([]float64, to*from)
	for i := range to {
		at := min(max((float64(i)+0.5)*float64(from)/float64(to)-0.5, 0), float64(from-1))
		low := int(math.Floor(at))
		w[i*from+low] += 1 - (at - float64(low))
		w[i*from+min(low+1, from-1)] += at - float64(low)
	}
	return w
}

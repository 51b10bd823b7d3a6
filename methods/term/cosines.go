package term

import (
	"protobench/encoders/graph"
	"protobench/internal/kernel"
	"protobench/internal/setting"
	"protobench/internal/team"
	"protobench/methods/part"

	G "gorgonia.org/gorgonia"
)

// Orthogonality holds the keys of the [orthogonality] table.
type Orthogonality struct {
	Weight float64 `key:"weight" default:"10" range:"[0,)" doc:"weight of the mean squared cosine of two prototypes, which can only vanish for K ≤ D"`
}

// orthogonalityPart declares the regularizer orthogonality.
func orthogonalityPart() Declaration {
	return Declaration{
		Declaration: part.Declaration{
			Name: "orthogonality", Doc: "mean squared cosine of two prototypes", Source: "Brock et al. 2017",
			Table: setting.Of[Orthogonality]("orthogonality").OwnedBy("orthogonality"),
		},
		Prototypes: true,
		New: func(v setting.Values, in Inputs) (*G.Node, float64, error) {
			n, err := onSphere(in.Prototypes, orthogonalityNode)
			return n, v.Float("orthogonality.weight"), err
		},
	}
}

// Repulsion holds the keys of the [repulsion] table.
type Repulsion struct {
	Weight float64 `key:"weight" default:"1" range:"[0,)" doc:"weight of the mean over pairs of prototypes of max(0, cosine - margin)²"`
	Margin float64 `key:"margin" default:"0.5" range:"[-1,1)" needs:"repulsion.weight!=0" doc:"cosine up to which two prototypes leave each other alone"`
}

// repulsionPart declares the regularizer repulsion.
func repulsionPart() Declaration {
	return Declaration{
		Declaration: part.Declaration{
			Name: "repulsion", Doc: "pushes prototypes apart that are nearer than a margin", Source: "squared hinge on the cosine",
			Table: setting.Of[Repulsion]("repulsion").OwnedBy("repulsion"),
		},
		Prototypes: true,
		New: func(v setting.Values, in Inputs) (*G.Node, float64, error) {
			s := setting.Read[Repulsion](v, "repulsion")
			n, err := onSphere(in.Prototypes, func(c *G.Node) (*G.Node, error) { return repulsionNode(c, s.Margin) })
			return n, s.Weight, err
		},
	}
}

// gram is a penalty on the cosines of all pairs of different prototypes: scale · Σ_k≠l φ(c_k·c_l).
type gram struct {
	k, d    int
	scale   float64
	penalty func(cos float64) (value, slope float64) // φ and φ'
	cos     []float32                                // of a block of rows with all
}

// gramBlock is the number of rows whose cosines are held at a time.
const gramBlock = 64

// orthogonalityNode adds |C·Cᵀ - I|² / K² of unit prototypes c [K,D] (the mean squared cosine of
// two of them; Brock et al. 2017, as vector quantizers use it): it can only vanish for K ≤ D, and
// pushes far pairs as well as near ones.
func orthogonalityNode(c *G.Node) (*G.Node, error) {
	k := float64(c.Shape()[0])
	return gramNode("orthogonality", c, 1/(k*k), func(cos float64) (float64, float64) { return cos * cos, 2 * cos })
}

// repulsionNode adds the mean over pairs of different unit prototypes c [K,D] of max(0, cos -
// margin)²: only pairs nearer than the margin are pushed apart. Exact duplicates feel no force, for
// it has no direction there.
func repulsionNode(c *G.Node, margin float64) (*G.Node, error) {
	k := float64(c.Shape()[0])
	return gramNode("repulsion", c, 1/(k*(k-1)), func(cos float64) (float64, float64) {
		over := max(0, cos-margin)
		return over * over, 2 * over
	})
}

func gramNode(kind string, c *G.Node, scale float64, penalty func(float64) (float64, float64)) (*G.Node, error) {
	t := &gram{k: c.Shape()[0], d: c.Shape()[1], scale: scale, penalty: penalty}
	t.cos = make([]float32, gramBlock*t.k)
	return graph.Apply(graph.Op{
		Kind: kind, Diff: []bool{true},
		Forward: func(team *team.Team, in [][]float32, out []float32) { out[0] = float32(t.value(team, in[0])) },
		Backward: func(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
			dc, err := graph.Apply(graph.Op{
				Kind: kind + "-grad", Out: in[0].Shape().Clone(),
				Forward: func(team *team.Team, v [][]float32, dc []float32) { t.gradient(team, dc, v[0], float64(v[1][0])) },
			}, in[0], grad)
			return G.Nodes{dc}, err
		},
	}, c)
}

// blocks calls visit with the cosines of n rows from lo on with all prototypes [n,K].
func (t *gram) blocks(team *team.Team, c []float32, visit func(lo, n int, cos []float32)) {
	for lo := 0; lo < t.k; lo += gramBlock {
		n := min(gramBlock, t.k-lo)
		kernel.InnerProducts(team, t.cos[:n*t.k], c[lo*t.d:(lo+n)*t.d], c, n, t.d, t.k)
		visit(lo, n, t.cos[:n*t.k])
	}
}

func (t *gram) value(team *team.Team, c []float32) float64 {
	var s float64
	t.blocks(team, c, func(lo, n int, cos []float32) {
		for r := range n {
			for l, v := range cos[r*t.k:][:t.k] {
				if l != lo+r {
					value, _ := t.penalty(float64(v))
					s += value
				}
			}
		}
	})
	return t.scale * s
}

// gradient uses that each pair counts twice: dc_k = 2·scale·Σ_l≠k φ'(c_k·c_l)·c_l.
func (t *gram) gradient(team *team.Team, dc, c []float32, grad float64) {
	f := 2 * t.scale * grad
	t.blocks(team, c, func(lo, n int, cos []float32) {
		for r := range n {
			row := cos[r*t.k:][:t.k]
			for l, v := range row {
				_, slope := t.penalty(float64(v))
				row[l] = float32(f * slope)
			}
			row[lo+r] = 0
		}
		kernel.Gemm(team, false, false, n, t.d, t.k, cos, t.k, c, t.d, dc[lo*t.d:], t.d, false)
	})
}

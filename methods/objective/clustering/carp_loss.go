package clustering

import (
	"math"

	"protobench/encoders/graph"
	"protobench/internal/kernel"
	"protobench/internal/team"
	"protobench/methods/objective"

	G "gorgonia.org/gorgonia"
)

// carpEps bounds inner products and mean predictions away from 0 and 1, as the official code does:
// the float type's machine epsilon. What is out of bounds gets no gradient.
const carpEps = 0x1p-23

// carpLoss is the loss of [carp] with what its backward pass needs. For a block of n members with
// the student's probabilities p and the teacher's q
//
//	consistency = -mean log Σ_k p_k·q_k    over blocks, images and pairs of a student crop and another, global teacher crop
//	entropy     = mean over blocks of ln n + Σ_k m_k·ln m_k    with m the mean of p and q over all crops and images
//
// Two collapsed views are perfectly consistent; the entropy term is what speaks against using few
// prototypes. Duplicates satisfy both.
type carpLoss struct {
	o                    *carp
	q                    []float32 // the teacher's probabilities [global·B,K], constants
	consistency, entropy float32   // weights
	p                    []float32 // the student's probabilities [crops·B,K]
	mean                 []float64 // [K]
	losses               []float64 // [crops·B]
	balance              []float32 // [K] the entropy term's gradient with respect to the probabilities, the same in all rows
}

func newCARPLoss(o *carp, q []float32, consistency, entropy float32) *carpLoss {
	return &carpLoss{
		o: o, q: q, consistency: consistency, entropy: entropy,
		p: make([]float32, o.v.Crops*o.v.Images*o.K), mean: make([]float64, o.K), balance: make([]float32, o.K),
		losses: make([]float64, o.v.Crops*o.v.Images),
	}
}

// node adds the loss of scores s [crops·B,K]. targets stands for q, whose node has to run before.
func (l *carpLoss) node(s, targets *G.Node) (*G.Node, error) {
	return graph.Apply(graph.Op{
		Kind: "carp", Diff: []bool{true, false},
		Forward: func(team *team.Team, in [][]float32, out []float32) {
			l.o.Probabilities(team, l.p, in[0], 1, nil)
			total := float64(float64(l.consistency)*l.agreement(team)) + float64(float64(l.entropy)*l.imbalance(team))
			out[0] = float32(total)
		},
		Backward: func(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
			ds, err := graph.Apply(graph.Op{
				Kind: "carp-grad", Out: in[0].Shape().Clone(),
				Forward: func(team *team.Team, v [][]float32, ds []float32) { l.gradient(team, ds, float64(v[0][0])) },
			}, grad, out)
			return G.Nodes{ds, nil}, err
		},
	}, s, targets)
}

// pairs calls visit with a row of student probabilities and each row of another global teacher crop
// of its image.
func (l *carpLoss) pairs(row int, visit func(p, q []float32)) {
	v, k := l.o.v, l.o.K
	for g := range v.Global {
		if g != row/v.Images {
			visit(l.p[row*k:][:k], l.q[(g*v.Images+row%v.Images)*k:][:k])
		}
	}
}

// inner is the inner product of two rows over a block, and whether it is within bounds.
func inner(p, q []float32, members []int) (x float64, within bool) {
	for _, k := range members {
		x += float64(float64(p[k]) * float64(q[k]))
	}
	return clamp(x)
}

func clamp(x float64) (y float64, within bool) {
	y = min(max(x, carpEps), 1-carpEps)
	return y, x == y
}

// agreement is the consistency term.
func (l *carpLoss) agreement(team *team.Team) float64 {
	team.Chunks(len(l.losses), objective.RowTask, func(lo, hi int) {
		for row := lo; row < hi; row++ {
			l.losses[row] = 0
			l.pairs(row, func(p, q []float32) {
				for b := 0; b < len(l.o.Order); b += l.o.Size {
					x, _ := inner(p, q, l.o.Order[b:][:l.o.Size])
					l.losses[row] -= math.Log(x)
				}
			})
		}
	})
	var s float64
	for _, x := range l.losses {
		s += x
	}
	return s / float64(l.terms())
}

// terms is the number of inner products.
func (l *carpLoss) terms() int { return l.o.v.Pairs() * l.o.v.Images * l.o.Blocks() }

// imbalance is the entropy term.
func (l *carpLoss) imbalance(team *team.Team) float64 {
	team.Chunks(l.o.K, kernel.RowChunk(len(l.losses)), func(from, to int) {
		mean := l.mean[from:to]
		clear(mean)
		for _, x := range [][]float32{l.p, l.q} {
			for lo := 0; lo < len(x); lo += l.o.K {
				for k, v := range x[lo+from : lo+to] {
					mean[k] += float64(v)
				}
			}
		}
	})
	s := float64(l.o.Blocks()) * math.Log(float64(l.o.Size))
	for _, k := range l.o.Order {
		l.mean[k] /= l.rows()
		m, _ := clamp(l.mean[k])
		s += float64(m * math.Log(m))
	}
	return s / float64(l.o.Blocks())
}

// rows is the number of predictions that the mean is taken of.
func (l *carpLoss) rows() float64 { return float64((l.o.v.Crops + l.o.v.Global) * l.o.v.Images) }

func (l *carpLoss) gradient(team *team.Team, ds []float32, grad float64) {
	clear(l.balance)
	f := grad * float64(l.entropy) / (l.rows() * float64(l.o.Blocks()))
	for _, j := range l.o.Order {
		if m, within := clamp(l.mean[j]); within {
			l.balance[j] = float32(f * (math.Log(m) + 1))
		}
	}
	f = -grad * float64(l.consistency) / float64(l.terms())
	k := l.o.K
	team.Chunks(len(l.losses), objective.RowTask, func(lo, hi int) {
		clear(ds[lo*k : hi*k])
		for row := lo; row < hi; row++ {
			g := ds[row*k:][:k]
			l.pairs(row, func(p, q []float32) { l.towards(g, p, q, f) })
			l.throughSoftmax(g, l.p[row*k:][:k])
		}
	})
}

// towards adds the gradient of one pair's consistency, times f, with respect to the student's
// probabilities.
func (l *carpLoss) towards(g, p, q []float32, f float64) {
	for b := 0; b < len(l.o.Order); b += l.o.Size {
		members := l.o.Order[b:][:l.o.Size]
		if x, within := inner(p, q, members); within {
			for _, j := range members {
				g[j] += float32(f / x * float64(q[j]))
			}
		}
	}
}

// throughSoftmax adds the entropy term to a row's gradient with respect to probabilities and turns
// it into that of the scores.
func (l *carpLoss) throughSoftmax(g, p []float32) {
	for b := 0; b < len(l.o.Order); b += l.o.Size {
		members := l.o.Order[b:][:l.o.Size]
		var dot float64
		for _, k := range members {
			g[k] += l.balance[k]
			dot += float64(float64(g[k]) * float64(p[k]))
		}
		for _, k := range members {
			g[k] = float32(float64(p[k]) * (float64(g[k]) - dot))
		}
	}
}

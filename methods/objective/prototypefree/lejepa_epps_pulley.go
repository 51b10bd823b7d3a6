package prototypefree

import (
	"math"

	"protobench/encoders/graph"
	"protobench/internal/kernel"
	"protobench/internal/team"

	G "gorgonia.org/gorgonia"
)

// eppsPulley is the statistic of Epps and Pulley 1983 of n embeddings' projections y on each of
// some directions, a test of normality: the squared distance of their empirical characteristic
// function to that of N(0,1), in the Gaussian's own weight,
//
//	n·∫ |mean exp(i·t·y) - exp(-t²/2)|²·exp(-t²/2) dt    over [-t_max,t_max]
//
// by the trapezoid rule over points of [0,t_max], which count twice by symmetry. Constant
// projections have n·∫ |exp(i·t·y) - exp(-t²/2)|²·exp(-t²/2) dt, far above those of any spread.
type eppsPulley struct {
	n, d, slices int
	step         float64   // between two points
	phi          []float64 // exp(-t²/2) at the points
	weight       []float64 // of the integral at the points, the Gaussian's included
	directions   []float32 // [slices,D] of this step
	y            []float32 // [n,slices] projections, then their gradient
	re, im       []float64 // [slices,points] the projections' characteristic function less the Gaussian's, then the gradient's factors
	statistic    []float64 // [slices]
}

func newEppsPulley(n, d int, s LeJEPA) *eppsPulley {
	e := &eppsPulley{n: n, d: d, slices: s.Slices, step: s.TMax / float64(s.Points-1), phi: make([]float64, s.Points), weight: make([]float64, s.Points)}
	for j := range e.phi {
		t := float64(j) * e.step
		e.phi[j] = math.Exp(-t * t / 2)
		e.weight[j] = 2 * e.step * e.phi[j]
	}
	e.weight[0] /= 2
	e.weight[s.Points-1] /= 2
	e.y = make([]float32, n*s.Slices)
	e.re, e.im = make([]float64, s.Slices*s.Points), make([]float64, s.Slices*s.Points)
	e.statistic = make([]float64, s.Slices)
	return e
}

// node adds the statistic's mean over the directions of embeddings x [n,D]; directions gives those
// of the step under way.
func (e *eppsPulley) node(x *G.Node, directions func() []float32) (*G.Node, error) {
	return graph.Apply(graph.Op{
		Kind: "epps-pulley", Diff: []bool{true},
		Forward: func(team *team.Team, in [][]float32, out []float32) {
			e.directions = directions()
			out[0] = float32(e.mean(team, in[0]))
		},
		Backward: func(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
			dx, err := graph.Apply(graph.Op{
				Kind: "epps-pulley-grad", Out: in[0].Shape().Clone(),
				Forward: func(team *team.Team, v [][]float32, dx []float32) { e.gradient(team, dx, float64(v[0][0])) },
			}, grad, out)
			return G.Nodes{dx}, err
		},
	}, x)
}

// sliceChunk is the number of directions per task of a team.
const sliceChunk = 32

// mean is the mean statistic of embeddings x [n,D].
func (e *eppsPulley) mean(team *team.Team, x []float32) float64 {
	kernel.InnerProducts(team, e.y, x, e.directions, e.n, e.d, e.slices)
	team.Chunks(e.slices, sliceChunk, func(lo, hi int) {
		e.characterise(lo, hi)
		for s := lo; s < hi; s++ {
			e.statistic[s] = e.compare(s)
		}
	})
	var sum float64
	for _, v := range e.statistic {
		sum += v
	}
	return sum / float64(e.slices)
}

// characterise sums exp(i·t·y) over the projections on directions lo … hi-1, by Chebyshev's
// recurrence from point to point.
func (e *eppsPulley) characterise(lo, hi int) {
	points := len(e.phi)
	clear(e.re[lo*points : hi*points])
	clear(e.im[lo*points : hi*points])
	for row := 0; row < len(e.y); row += e.slices {
		for s, y := range e.y[row+lo : row+hi] {
			re := e.re[(lo+s)*points:][:points]
			im := e.im[(lo+s)*points:][:len(re)]
			s1, c1 := math.Sincos(e.step * float64(y))
			c0, s0, twice := 1.0, 0.0, 2*c1
			for j := range re {
				re[j] += c0
				im[j] += s0
				c0, s0, c1, s1 = c1, s1, float64(twice*c1)-c0, float64(twice*s1)-s0
			}
		}
	}
}

// compare takes the Gaussian's characteristic function off one direction's and returns the
// statistic.
func (e *eppsPulley) compare(s int) (statistic float64) {
	points := len(e.phi)
	re, im := e.re[s*points:][:points], e.im[s*points:][:points]
	for j := range re {
		re[j], im[j] = re[j]/float64(e.n)-e.phi[j], im[j]/float64(e.n)
		statistic += float64(e.weight[j] * (float64(re[j]*re[j]) + float64(im[j]*im[j])))
	}
	return statistic * float64(e.n)
}

// gradient sets dx to the gradient of the mean statistic, times grad. The projections become their
// own gradient, and the characteristic functions its factors.
func (e *eppsPulley) gradient(team *team.Team, dx []float32, grad float64) {
	points, f := len(e.phi), 2*grad/float64(e.slices)
	team.Chunks(e.slices, sliceChunk, func(lo, hi int) {
		for s := lo; s < hi; s++ {
			for j, w := range e.weight {
				w *= f * float64(j) * e.step
				e.re[s*points+j] *= w
				e.im[s*points+j] *= w
			}
		}
		e.slopes(lo, hi)
	})
	kernel.Gemm(team, false, false, e.n, e.d, e.slices, e.y, e.slices, e.directions, e.d, dx, e.d, false)
}

// slopes puts Σ_j (im_j·cos t_j·y - re_j·sin t_j·y) in the place of projections y on directions lo …
// hi-1.
func (e *eppsPulley) slopes(lo, hi int) {
	points := len(e.phi)
	for row := 0; row < len(e.y); row += e.slices {
		ys := e.y[row+lo : row+hi]
		for s, y := range ys {
			re := e.re[(lo+s)*points:][:points]
			im := e.im[(lo+s)*points:][:len(re)]
			s1, c1 := math.Sincos(e.step * float64(y))
			c0, s0, twice, g := 1.0, 0.0, 2*c1, 0.0
			for j, r := range re {
				g += float64(im[j]*c0) - float64(r*s0)
				c0, s0, c1, s1 = c1, s1, float64(twice*c1)-c0, float64(twice*s1)-s0
			}
			ys[s] = float32(g)
		}
	}
}

package optim

import (
	"math"

	"protobench/encoders"
	"protobench/internal/kernel"
	"protobench/internal/team"
)

// Optimizer updates parameters from their gradients.
type Optimizer interface {
	// Step applies one update at a learning rate (before each parameter's multiple).
	Step(team *team.Team, lr float64)
	// Slots are the optimizer's own arrays per parameter, in a fixed order, for saving and for
	// resetting rows.
	Slots(p *encoders.Param) [][]float32
	// Steps is the number of updates done, in one element that loading a state overwrites.
	Steps() []float64
}

// SGD is stochastic gradient descent with momentum and coupled weight decay, as in PyTorch: v ← μ·v
// + (g + wd·w), where the first step sets v = g + wd·w, and w ← w - lr·v. With Nesterov, w ← w -
// lr·(g + wd·w + μ·v).
type SGD struct {
	Momentum float64
	Nesterov bool
	chunks   paramChunks
	velocity map[*encoders.Param][]float32
	steps    [1]float64

	lr     float64     // of the step
	update func(i int) // of a paramChunk
}

// NewSGD returns SGD over params.
func NewSGD(params []*encoders.Param, momentum float64) *SGD {
	s := &SGD{Momentum: momentum, chunks: cut(params), velocity: zeros(params)}
	s.update = s.updatePiece
	return s
}

func zeros(params []*encoders.Param) map[*encoders.Param][]float32 {
	m := make(map[*encoders.Param][]float32, len(params))
	for _, p := range params {
		m[p] = make([]float32, len(p.Value))
	}
	return m
}

// Step implements [Optimizer].
func (s *SGD) Step(team *team.Team, lr float64) {
	s.lr = lr
	team.Do(len(s.chunks), s.update)
	s.steps[0]++
}

func (s *SGD) updatePiece(i int) {
	c := s.chunks[i]
	kernel.Momentum(c.value(), c.grad(), c.of(s.velocity[c.Param]), float32(s.Momentum), 1, float32(c.WeightDecay), float32(s.lr*c.LRMult), s.Nesterov)
}

// Slots implements [Optimizer].
func (s *SGD) Slots(p *encoders.Param) [][]float32 { return [][]float32{s.velocity[p]} }

// Steps implements [Optimizer].
func (s *SGD) Steps() []float64 { return s.steps[:] }

// AdamW is Adam with decoupled weight decay (Loshchilov and Hutter 2019; β = 0.9 and by default
// 0.999, ε = 1e-8), as in PyTorch. With Coupled it is Adam (Kingma and Ba 2015), whose weight decay
// is a part of the gradient.
type AdamW struct {
	Coupled bool
	Beta2   float64
	chunks  paramChunks
	m, v    map[*encoders.Param][]float32
	steps   [1]float64

	lr, first, second float64     // of the step: its rate and the moments' corrections for their start at zero
	update            func(i int) // of a paramChunk
}

// NewAdamW returns AdamW over params.
func NewAdamW(params []*encoders.Param) *AdamW {
	a := &AdamW{Beta2: 0.999, chunks: cut(params), m: zeros(params), v: zeros(params)}
	a.update = a.updatePiece
	return a
}

const (
	adamBeta1 = 0.9
	adamEps   = 1e-8
)

// Step implements [Optimizer].
func (a *AdamW) Step(team *team.Team, lr float64) {
	a.steps[0]++
	a.lr = lr
	a.first = 1 - math.Pow(adamBeta1, a.steps[0])
	a.second = math.Sqrt(1 - math.Pow(a.Beta2, a.steps[0]))
	team.Do(len(a.chunks), a.update)
}

func (a *AdamW) updatePiece(i int) {
	c := a.chunks[i]
	rate := a.lr * c.LRMult
	u := kernel.Adam{
		First: 1 - adamBeta1, Second: float32(a.Beta2), Fresh: float32(1 - a.Beta2), Eps: adamEps,
		Keep: float32(1 - float64(rate*c.WeightDecay)), Size: float32(rate / a.first), Unit: float32(1 / a.second),
	}
	if a.Coupled {
		u.Keep, u.L2 = 1, float32(c.WeightDecay)
	}
	u.Update(c.value(), c.grad(), c.of(a.m[c.Param]), c.of(a.v[c.Param]))
}

// Slots implements [Optimizer].
func (a *AdamW) Slots(p *encoders.Param) [][]float32 { return [][]float32{a.m[p], a.v[p]} }

// Steps implements [Optimizer].
func (a *AdamW) Steps() []float64 { return a.steps[:] }

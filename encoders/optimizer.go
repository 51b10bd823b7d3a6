package encoders

import (
	"math"

	"protobench/internal/kernel"
)

// Optimizer updates parameters from their gradients.
type Optimizer interface {
	// Step applies one update at a learning rate (before each parameter's multiple).
	Step(team *kernel.Team, lr float64)
	// Slots are the optimizer's own arrays per parameter, in a fixed order, for saving and for resetting rows.
	Slots(p *Param) [][]float32
	// Steps is the number of updates done, in one element that loading a state overwrites.
	Steps() []float64
}

// SGD is stochastic gradient descent with momentum and coupled weight decay, as in PyTorch: v ← μ·v + (g + wd·w), where
// the first step sets v = g + wd·w, and w ← w - lr·v. With Nesterov, w ← w - lr·(g + wd·w + μ·v).
type SGD struct {
	Momentum float64
	Nesterov bool
	params   []*Param
	velocity map[*Param][]float32
	steps    [1]float64
}

// NewSGD returns SGD over params.
func NewSGD(params []*Param, momentum float64) *SGD {
	return &SGD{Momentum: momentum, params: params, velocity: zeros(params)}
}

func zeros(params []*Param) map[*Param][]float32 {
	m := make(map[*Param][]float32, len(params))
	for _, p := range params {
		m[p] = make([]float32, len(p.Value))
	}
	return m
}

// Step implements [Optimizer].
func (s *SGD) Step(team *kernel.Team, lr float64) {
	mu := float32(s.Momentum)
	for _, p := range s.params {
		rate, wd, v := float32(lr*p.LRMult), float32(p.WeightDecay), s.velocity[p]
		for i, w := range p.Value {
			d := p.Grad[i] + float32(wd*w)
			v[i] = float32(mu*v[i]) + d
			if s.Nesterov {
				d += float32(mu * v[i])
			} else {
				d = v[i]
			}
			p.Value[i] = w - float32(rate*d)
		}
	}
	s.steps[0]++
}

// Slots implements [Optimizer].
func (s *SGD) Slots(p *Param) [][]float32 { return [][]float32{s.velocity[p]} }

// Steps implements [Optimizer].
func (s *SGD) Steps() []float64 { return s.steps[:] }

// AdamW is Adam with decoupled weight decay (Loshchilov and Hutter 2019; β = 0.9 and by default 0.999, ε = 1e-8), as in PyTorch. With
// Coupled it is Adam (Kingma and Ba 2015), whose weight decay is a part of the gradient.
type AdamW struct {
	Coupled bool
	Beta2   float64
	params  []*Param
	m, v    map[*Param][]float32
	steps   [1]float64
}

// NewAdamW returns AdamW over params.
func NewAdamW(params []*Param) *AdamW {
	return &AdamW{Beta2: 0.999, params: params, m: zeros(params), v: zeros(params)}
}

// Step implements [Optimizer].
func (a *AdamW) Step(team *kernel.Team, lr float64) {
	const b1, eps = 0.9, 1e-8
	b2, more := a.Beta2, float32(1-a.Beta2)
	a.steps[0]++
	c1 := 1 - math.Pow(b1, a.steps[0])
	c2 := math.Sqrt(1 - math.Pow(b2, a.steps[0]))
	for _, p := range a.params {
		rate := lr * p.LRMult
		keep, size, unit := float32(1-rate*p.WeightDecay), float32(rate/c1), float32(1/c2)
		var l2 float32
		if a.Coupled {
			keep, l2 = 1, float32(p.WeightDecay)
		}
		m, v := a.m[p], a.v[p]
		for i, g := range p.Grad {
			if a.Coupled {
				g += float32(l2 * p.Value[i])
			}
			m[i] += float32(float32(1-b1) * (g - m[i]))
			v[i] = float32(float32(b2)*v[i]) + float32(more*float32(g*g))
			d := float32(float32(math.Sqrt(float64(v[i])))*unit) + float32(eps)
			p.Value[i] = float32(p.Value[i]*keep) - float32(size*(m[i]/d))
		}
	}
}

// Slots implements [Optimizer].
func (a *AdamW) Slots(p *Param) [][]float32 { return [][]float32{a.m[p], a.v[p]} }

// Steps implements [Optimizer].
func (a *AdamW) Steps() []float64 { return a.steps[:] }

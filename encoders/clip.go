package encoders

import "protobench/internal/kernel"

// Clipped is an optimizer that first scales each parameter's gradient to a Euclidean norm of at most Norm, parameter by
// parameter as DINO does: by Norm/(|g| + 1e-6), where that is below 1.
type Clipped struct {
	Optimizer
	Norm   float64
	params []*Param
}

// NewClipped puts clipping before an optimizer over params.
func NewClipped(o Optimizer, params []*Param, norm float64) *Clipped {
	return &Clipped{Optimizer: o, Norm: norm, params: params}
}

// Step implements [Optimizer].
func (c *Clipped) Step(team *kernel.Team, lr float64) {
	for _, p := range c.params {
		clip(p.Grad, c.Norm)
	}
	c.Optimizer.Step(team, lr)
}

// clip scales g and returns its norm before.
func clip(g []float32, limit float64) float64 {
	norm := kernel.Norm(g)
	if f := limit / (norm + 1e-6); f < 1 {
		for i := range g {
			g[i] *= float32(f)
		}
	}
	return norm
}

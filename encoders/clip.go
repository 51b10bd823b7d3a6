package encoders

import (
	"math"

	"protobench/internal/kernel"
)

// Clipped is an optimizer that first scales each parameter's gradient to a Euclidean norm of at most Norm, parameter by
// parameter as DINO does: by Norm/(|g| + 1e-6), where that is below 1.
type Clipped struct {
	Optimizer
	Norm   float64
	pieces pieces
	part   []float64 // one number a piece
	norm   []float64 // the parameters' norms before
}

// NewClipped puts clipping before an optimizer over params.
func NewClipped(o Optimizer, params []*Param, norm float64) *Clipped {
	c := &Clipped{Optimizer: o, Norm: norm, pieces: cut(params), norm: make([]float64, len(params))}
	c.part = make([]float64, len(c.pieces))
	return c
}

// Step implements [Optimizer].
func (c *Clipped) Step(team *kernel.Team, lr float64) {
	c.clip(team)
	c.Optimizer.Step(team, lr)
}

// clip scales the gradients and leaves their norms before.
func (c *Clipped) clip(team *kernel.Team) {
	c.pieces.sums(team, c.part, c.norm, func(p piece) float64 { return kernel.Dot64(p.grad(), p.grad()) })
	for i, s := range c.norm {
		c.norm[i] = math.Sqrt(s)
	}
	c.pieces.each(team, func(_ int, p piece) {
		if f := c.Norm / (c.norm[p.at] + 1e-6); f < 1 {
			kernel.Scale(p.grad(), p.grad(), float32(f))
		}
	})
}

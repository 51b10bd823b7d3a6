package optim

import (
	"math"

	"protobench/encoders"
	"protobench/internal/kernel"
	"protobench/internal/team"
)

// Clipped is an optimizer that first scales each parameter's gradient to a Euclidean norm of at
// most Norm, parameter by parameter as DINO does: by Norm/(|g| + 1e-6), where that is below 1.
type Clipped struct {
	Optimizer
	Norm   float64
	chunks paramChunks
	part   []float64 // one number a paramChunk
	norm   []float64 // the parameters' norms before

	square, scale func(i int) // tasks of a paramChunk
}

// NewClipped puts clipping before an optimizer over params.
func NewClipped(o Optimizer, params []*encoders.Param, norm float64) *Clipped {
	c := &Clipped{Optimizer: o, Norm: norm, chunks: cut(params), norm: make([]float64, len(params))}
	c.part = make([]float64, len(c.chunks))
	c.square, c.scale = c.squarePiece, c.scalePiece
	return c
}

// Step implements [Optimizer].
func (c *Clipped) Step(team *team.Team, lr float64) {
	c.clip(team)
	c.Optimizer.Step(team, lr)
}

// clip scales the gradients and leaves their norms before.
func (c *Clipped) clip(team *team.Team) {
	c.chunks.sums(team, c.part, c.norm, c.square)
	for i, s := range c.norm {
		c.norm[i] = math.Sqrt(s)
	}
	team.Do(len(c.chunks), c.scale)
}

func (c *Clipped) squarePiece(i int) {
	g := c.chunks[i].grad()
	c.part[i] = kernel.Dot64(g, g)
}

func (c *Clipped) scalePiece(i int) {
	p := c.chunks[i]
	if f := c.Norm / (c.norm[p.at] + 1e-6); f < 1 {
		kernel.Scale(p.grad(), p.grad(), float32(f))
	}
}

package metrics

import (
	"math"

	"protobench/internal/kernel"
)

// rowBlock is the number of samples whose features stay in the cache between the
// logits and the gradient.
const rowBlock = 512

// crossEntropy is the objective of the linear probe: mean cross-entropy over the
// samples + l2/2·|W|², with parameters [C·D] weights, then [C] biases.
// Products are float32, all sums over samples float64.
type crossEntropy struct {
	x       Matrix // [N,D]
	y       []int  // [N]
	classes int
	l2      float64

	weights []float32 // scratch [C·D]
	logits  []float32 // scratch [rowBlock·C]
	part    []float32 // scratch [C·D], one block's gradient
}

func newCrossEntropy(x Matrix, y []int, classes int, l2 float64) *crossEntropy {
	n := classes * x.Cols
	return &crossEntropy{x: x, y: y, classes: classes, l2: l2,
		weights: make([]float32, n), logits: make([]float32, rowBlock*classes), part: make([]float32, n)}
}

// value returns the objective at p and writes its gradient to g.
func (o *crossEntropy) value(p, g []float64) float64 {
	n := o.classes * o.x.Cols
	for i, w := range p[:n] {
		o.weights[i] = float32(w)
	}
	clear(g)
	var loss float64
	for start := 0; start < o.x.Rows; start += rowBlock {
		loss += o.block(start, min(rowBlock, o.x.Rows-start), p[n:], g)
	}
	inv := 1 / float64(o.x.Rows)
	for i := range g {
		g[i] *= inv
	}
	return loss*inv + o.penalty(p[:n], g)
}

// block adds the loss and the gradient of rows start … start+m-1.
func (o *crossEntropy) block(start, m int, bias, g []float64) (loss float64) {
	c, d := o.classes, o.x.Cols
	x := o.x.Data[start*d:]
	kernel.Gemm(nil, false, true, m, c, d, x, d, o.weights, d, o.logits, c, false)
	gb := g[c*d:]
	for i := range m {
		loss += residual(o.logits[i*c:(i+1)*c], bias, o.y[start+i], gb)
	}
	kernel.Gemm(nil, true, false, c, d, m, o.logits, c, x, d, o.part, d, false)
	for i, v := range o.part {
		g[i] += float64(v)
	}
	return loss
}

// residual turns one row of logits (without bias) into probabilities minus the
// one-hot label, adds them to the bias gradient and returns the cross-entropy.
func residual(z []float32, bias []float64, label int, gb []float64) float64 {
	top := math.Inf(-1)
	for k, v := range z {
		top = max(top, float64(v)+bias[k])
	}
	right := float64(z[label]) + bias[label] - top
	var sum float64
	for k, v := range z {
		e := math.Exp(float64(v) + bias[k] - top)
		sum += e
		z[k] = float32(e)
	}
	inv := 1 / sum
	for k := range z {
		r := float64(z[k]) * inv
		if k == label {
			r--
		}
		gb[k] += r
		z[k] = float32(r)
	}
	return math.Log(sum) - right
}

func (o *crossEntropy) penalty(w, g []float64) float64 {
	var s float64
	for i, v := range w {
		s += float64(v * v)
		g[i] += float64(o.l2 * v)
	}
	return o.l2 / 2 * s
}

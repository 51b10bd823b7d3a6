package logistic

import (
	"math"

	"protobench/internal/kernel"
	"protobench/internal/team"
	"protobench/metrics/matrix"
)

const (
	// rowBlock is the number of samples whose features stay in the cache between the
	// logits and the gradient.
	rowBlock = 512
	// rowTask is the number of samples that one thread turns from logits into residuals at a time.
	rowTask = 64
	// classPad is the multiple that the classes are padded to, so that rows of logits fill whole
	// vectors.
	classPad = 32
	// padBias is the bias of the classes that pad: their probability is below 1e-37.
	padBias = -1e30
)

// crossEntropy is the objective of a fit: mean cross-entropy over the
// samples + l2/2·|W|², with parameters [C·D] weights, then [C] biases.
// Logits, probabilities and products are float32, sums over samples float64 but
// for the gradient within a block.
type crossEntropy struct {
	team    *team.Team
	x       matrix.Matrix // [N,D]
	y       []int         // [N]
	classes int
	l2      float64

	pitch   int       // classes with their padding, P
	weights []float32 // scratch [P·D]
	bias    []float32 // scratch [P]
	logits  []float32 // scratch [rowBlock·P]
	part    []float32 // scratch [C·D], one block's gradient
	sums    []float32 // scratch [P], one block's sums of residuals
	exps    []float64 // scratch [rowBlock], the rows' sums of exponentials of logits less the row's largest
	rights  []float64 // scratch [rowBlock], the labels' logits less the row's largest
	losses  []float64 // scratch, one per task
	now     []int     // the labels of the block at hand
	task    func(task int)
}

func newCrossEntropy(team *team.Team, x matrix.Matrix, y []int, classes int, l2 float64) *crossEntropy {
	pitch := (classes + classPad - 1) / classPad * classPad
	o := &crossEntropy{
		team: team, x: x, y: y, classes: classes, l2: l2, pitch: pitch,
		weights: make([]float32, pitch*x.Cols), bias: make([]float32, pitch), logits: make([]float32, rowBlock*pitch),
		part: make([]float32, classes*x.Cols), sums: make([]float32, pitch), exps: make([]float64, rowBlock), rights: make([]float64, rowBlock), losses: make([]float64, rowBlock/rowTask),
	}
	o.task = o.residualsTask
	for k := classes; k < pitch; k++ {
		o.bias[k] = padBias
	}
	return o
}

// value returns the objective at p and writes its gradient to g.
func (o *crossEntropy) value(p, g []float64) float64 {
	n := o.classes * o.x.Cols
	narrow(o.weights, p[:n])
	narrow(o.bias, p[n:])
	clear(g)
	var loss float64
	for start := 0; start < o.x.Rows; start += rowBlock {
		loss += o.block(start, min(rowBlock, o.x.Rows-start), g)
	}
	inv := 1 / float64(o.x.Rows)
	for i := range g {
		g[i] *= inv
	}
	return float64(loss*inv) + o.penalty(p[:n], g)
}

// block returns the loss and adds the gradient of rows start … start+m-1.
func (o *crossEntropy) block(start, m int, g []float64) float64 {
	c, d := o.classes, o.x.Cols
	x := o.x.Data[start*d:]
	for i := range m {
		copy(o.logits[i*o.pitch:], o.bias)
	}
	kernel.Gemm(o.team, false, true, m, o.pitch, d, x, d, o.weights, d, o.logits, o.pitch, true)
	loss := o.residuals(o.y[start : start+m])
	kernel.Gemm(o.team, true, false, c, d, m, o.logits, o.pitch, x, d, o.part, d, false)
	widen(g, o.part)
	clear(o.sums)
	for i := range m {
		kernel.Axpy(1, o.logits[i*o.pitch:(i+1)*o.pitch], o.sums)
	}
	widen(g[c*d:], o.sums[:c])
	return loss
}

// residuals turns the logits of samples with labels y into probabilities minus the
// one-hot label and returns the sum of their cross-entropies.
func (o *crossEntropy) residuals(y []int) (loss float64) {
	tasks := (len(y) + rowTask - 1) / rowTask
	o.now = y
	o.team.Do(tasks, o.task)
	for _, l := range o.losses[:tasks] {
		loss += l
	}
	return loss
}

// residualsTask does rowTask samples.
func (o *crossEntropy) residualsTask(task int) {
	lo, hi := task*rowTask, min(len(o.now), (task+1)*rowTask)
	exps, rights := o.exps[lo:hi], o.rights[lo:hi]
	kernel.Residuals(o.logits[lo*o.pitch:], o.pitch, o.now[lo:hi], exps, rights)
	o.losses[task] = 0
	for i, sum := range exps {
		o.losses[task] += math.Log(sum) - rights[i]
	}
}

// narrow rounds src to float32.
func narrow(dst []float32, src []float64) {
	for i, v := range src {
		dst[i] = float32(v)
	}
}

// widen adds src to dst.
func widen(dst []float64, src []float32) {
	for i, v := range src {
		dst[i] += float64(v)
	}
}

func (o *crossEntropy) penalty(w, g []float64) float64 {
	kernel.AxpyWide(o.l2, w, g[:len(w)])
	return o.l2 / 2 * kernel.DotWide(w, w)
}

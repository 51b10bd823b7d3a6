package logistic

import (
	"math"
	"slices"

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
	// leastCurvature keeps steps finite along features that do not vary.
	leastCurvature = 1e-7
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
	n := o.set(p)
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

// set takes over the parameters p and returns how many of them are weights.
func (o *crossEntropy) set(p []float64) int {
	n := o.classes * o.x.Cols
	narrow(o.weights, p[:n])
	narrow(o.bias, p[n:])
	return n
}

// inverse is the inverse Hessian's diagonal at p, a mean over the classes.
func (o *crossEntropy) inverse(p []float64) []float64 {
	features, biases := o.curvature(p)
	for j, v := range features {
		features[j] = 1 / (v + o.l2 + leastCurvature)
	}
	out := slices.Repeat(features, o.classes)
	for range o.classes {
		out = append(out, 1/(biases+leastCurvature))
	}
	return out
}

// curvature returns the diagonal of the cross-entropy's Hessian at p, a mean over the classes: that
// of the weights of each feature, [D], and that of the biases. At zero weights it is the features'
// mean square times (k-1)/k²; where samples are told apart with certainty it is near 0.
func (o *crossEntropy) curvature(p []float64) (features []float64, biases float64) {
	o.set(p)
	features = make([]float64, o.x.Cols)
	inv := 1 / float64(o.classes*o.x.Rows)
	for start := 0; start < o.x.Rows; start += rowBlock {
		m := min(rowBlock, o.x.Rows-start)
		o.residuals(start, m)
		for i := range m {
			s := float64(inv * doubt(o.logits[i*o.pitch:][:o.classes]))
			biases += s
			for j, v := range o.x.Row(start + i) {
				features[j] += float64(s * float64(v) * float64(v))
			}
		}
	}
	return features, biases
}

// doubt is Σ p·(1-p) of one sample's probabilities, given as residuals.
func doubt(residuals []float32) (sum float64) {
	for _, r := range residuals {
		p := math.Abs(float64(r)) // of the label's class 1-p, which makes no difference
		sum += float64(p * (1 - p))
	}
	return sum
}

// block returns the loss and adds the gradient of rows start … start+m-1.
func (o *crossEntropy) block(start, m int, g []float64) float64 {
	c, d := o.classes, o.x.Cols
	loss := o.residuals(start, m)
	kernel.Gemm(o.team, true, false, c, d, m, o.logits, o.pitch, o.x.Data[start*d:], d, o.part, d, false)
	widen(g, o.part)
	clear(o.sums)
	for i := range m {
		kernel.Axpy(1, o.logits[i*o.pitch:(i+1)*o.pitch], o.sums)
	}
	widen(g[c*d:], o.sums[:c])
	return loss
}

// residuals writes probabilities minus the one-hot label of rows start … start+m-1 to the logits'
// room and returns the sum of their cross-entropies.
func (o *crossEntropy) residuals(start, m int) (loss float64) {
	d := o.x.Cols
	for i := range m {
		copy(o.logits[i*o.pitch:], o.bias)
	}
	kernel.Gemm(o.team, false, true, m, o.pitch, d, o.x.Data[start*d:], d, o.weights, d, o.logits, o.pitch, true)
	tasks := (m + rowTask - 1) / rowTask
	o.now = o.y[start : start+m]
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

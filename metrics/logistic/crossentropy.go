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
	// rowTask is the number of samples whose cross-entropies are summed before they are added to
	// the block's.
	rowTask = 64
	// classPad is the multiple that the classes are padded to, so that rows of logits fill whole
	// vectors.
	classPad = 16
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
	pitch   int                   // classes with their padding, P
	weights []float32             // scratch [P·D]
	bias    []float32             // scratch [P]
	blocks  []blockOf             // what the blocks of rows have found
	rooms   kernel.Stock[scratch] // of the threads
}

// blockOf is what a block of rows adds to the objective.
type blockOf struct {
	loss float64
	part []float32 // [C·D], its gradient
	sums []float32 // [P], its sums of residuals
}

// scratch is what a thread needs for a block.
type scratch struct {
	logits []float32 // [rowBlock·P]
	exps   []float64 // [rowBlock], the rows' sums of exponentials of logits less the row's largest
	rights []float64 // [rowBlock], the labels' logits less the row's largest
}

func newCrossEntropy(team *team.Team, x matrix.Matrix, y []int, classes int, l2 float64) *crossEntropy {
	pitch := (classes + classPad - 1) / classPad * classPad
	o := &crossEntropy{
		team: team, x: x, y: y, classes: classes, l2: l2, pitch: pitch,
		weights: make([]float32, pitch*x.Cols), bias: make([]float32, pitch), blocks: make([]blockOf, (x.Rows+rowBlock-1)/rowBlock),
	}
	for b := range o.blocks {
		o.blocks[b] = blockOf{part: make([]float32, classes*x.Cols), sums: make([]float32, pitch)}
	}
	for k := classes; k < pitch; k++ {
		o.bias[k] = padBias
	}
	return o
}

// value returns the objective at p and writes its gradient to g. A thread does whole blocks, whose
// rows stay in its core's cache; they are added up in their order.
func (o *crossEntropy) value(p, g []float64) float64 {
	n := o.set(p)
	o.team.Do(len(o.blocks), o.block)
	clear(g)
	var loss float64
	for _, b := range o.blocks {
		loss += b.loss
		widen(g, b.part)
		widen(g[n:], b.sums[:o.classes])
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
	room := o.room()
	defer o.rooms.Put(room)
	for start := 0; start < o.x.Rows; start += rowBlock {
		m := min(rowBlock, o.x.Rows-start)
		o.residuals(room, start, m)
		for i := range m {
			s := float64(inv * doubt(room.logits[i*o.pitch:][:o.classes]))
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

// room is a thread's scratch.
func (o *crossEntropy) room() *scratch {
	room := o.rooms.Get()
	if room.logits == nil {
		room.logits, room.exps, room.rights = make([]float32, rowBlock*o.pitch), make([]float64, rowBlock), make([]float64, rowBlock)
	}
	return room
}

// block works out what a block of rows adds.
func (o *crossEntropy) block(b int) {
	start, c, d := b*rowBlock, o.classes, o.x.Cols
	m, out, room := min(rowBlock, o.x.Rows-start), &o.blocks[b], o.room()
	defer o.rooms.Put(room)
	out.loss = o.residuals(room, start, m)
	kernel.Gemm(nil, true, false, c, d, m, room.logits, o.pitch, o.x.Data[start*d:], d, out.part, d, false)
	kernel.SumRows(out.sums, room.logits, m, o.pitch)
}

// residuals writes probabilities minus the one-hot label of rows start … start+m-1 to the logits'
// room and returns the sum of their cross-entropies, by parts of rowTask rows.
func (o *crossEntropy) residuals(room *scratch, start, m int) (loss float64) {
	d := o.x.Cols
	for i := range m {
		copy(room.logits[i*o.pitch:], o.bias)
	}
	kernel.Gemm(nil, false, true, m, o.pitch, d, o.x.Data[start*d:], d, o.weights, d, room.logits, o.pitch, true)
	exps, rights := room.exps[:m], room.rights[:m]
	kernel.Residuals(room.logits, o.pitch, o.y[start:start+m], exps, rights)
	for lo := 0; lo < m; lo += rowTask {
		var part float64
		for i := lo; i < min(m, lo+rowTask); i++ {
			part += math.Log(exps[i]) - rights[i]
		}
		loss += part
	}
	return loss
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

package objective

import (
	"math"

	"protobench/internal/kernel"
)

// CrossEntropy is what the cross-entropy of one step is made of, in nats, over all pairs of a code
// and a crop that predicts it. Regularizers and further terms of an objective are no part of it.
// With several heads it is the first one's.
type CrossEntropy struct {
	Codes      float64 // mean entropy of a code
	Divergence float64 // mean KL(code ‖ prediction); the sum of the two is the cross-entropy
	// Views is the effective number of the step's crops that pull at a prototype, (Σ_i w_i)²/Σ_i
	// w_i² of the sizes w of its gradients by their scores: a mean over the prototypes.
	Views float64
}

// softmaxed says of a loss that it has the cross-entropy of a softmax of the scores: over how many
// heads, and at which temperature.
type softmaxed struct {
	heads       int // 0 where it has none
	temperature float64
}

// SplitCrossEntropy splits the cross-entropy of the step that the codes are of, from the student's
// scores s [crops·B,H·K]; false where the loss has none.
func (h *Head) SplitCrossEntropy(s []float32) (CrossEntropy, bool) {
	if h.softmaxed.heads == 0 {
		return CrossEntropy{}, false
	}
	x := crossing{v: h.Views, k: h.K / h.softmaxed.heads, width: h.K, scale: 1 / h.softmaxed.temperature, codes: h.Codes}
	x.p, x.pull, x.square = make([]float32, x.k), make([]float64, x.k), make([]float64, x.k)
	for _, c := range h.Views.Predicting() {
		for i := range h.Views.Images {
			x.row(s, c, i)
		}
	}
	n := float64(h.Views.Pairs() * h.Views.Images)
	return CrossEntropy{Codes: x.entropy / n, Divergence: x.cross/n - x.entropy/n, Views: x.effective()}, true
}

// crossing sums up a step's cross-entropy.
type crossing struct {
	v              Views
	k, width       int // of the first head, of all
	scale          float64
	codes          []float32
	p              []float32 // [K] one prediction
	cross, entropy float64
	pull, square   []float64 // [K] sums of |w| and w²
}

// row adds one crop's predictions of the codes of its image's other global crops.
func (x *crossing) row(s []float32, crop, image int) {
	scores := s[(crop*x.v.Images+image)*x.width:][:x.k]
	lse := kernel.SoftmaxScaled(x.p, scores, float32(x.scale))
	var codes [][]float32
	var mass float64
	for g := range x.v.Global {
		if g == crop {
			continue
		}
		q := x.codes[(g*x.v.Images+image)*x.width:][:x.k]
		m := kernel.Sum(q)
		x.cross += float64(m*lse) - float64(x.scale*kernel.Dot64(q, scores))
		x.entropy += entropyOf(q)
		codes, mass = append(codes, q), mass+m
	}
	for k, p := range x.p {
		w := mass * float64(p)
		for _, q := range codes {
			w -= float64(q[k])
		}
		x.pull[k] += math.Abs(w)
		x.square[k] += float64(w * w)
	}
}

// effective is the mean effective number over the prototypes that anything pulls at.
func (x *crossing) effective() float64 {
	var sum, n float64
	for k, s := range x.square {
		if s > 0 {
			sum += x.pull[k] * x.pull[k] / s
			n++
		}
	}
	return sum / max(1, n)
}

func entropyOf(q []float32) (h float64) {
	for _, v := range q {
		if v > 0 {
			h -= float64(float64(v) * math.Log(float64(v)))
		}
	}
	return h
}

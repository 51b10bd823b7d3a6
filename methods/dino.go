package methods

import (
	"protobench/encoders"
	"protobench/internal/kernel"

	G "gorgonia.org/gorgonia"
)

// dino takes its targets from the teacher (Caron et al. 2021, eq. 1-4): softmax((score - center)/τ_t), where the center is an EMA of
// the batch mean of teacher scores, or Sinkhorn-Knopp at temperature τ_t (DINOv2). Prototypes are a weight-normalised last layer; with vMF
// scores (DINO-vMF) their lengths count.
type dino struct {
	DINO
	v    views
	k    int
	mean []float32 // center, [K]
	sum  []float64 // [K] room for the batch's sums
	ramp encoders.Ramp
	vmf  *posterior // with vMF scores; else nil
}

func newDINO(s DINO, v views, k int) *dino {
	o := &dino{DINO: s, v: v, k: k, mean: make([]float32, k), sum: make([]float64, k), ramp: dinoRamp(s)}
	if keepsLength(o) {
		o.vmf = newPosterior(k)
	}
	return o
}

func dinoRamp(s DINO) encoders.Ramp {
	return encoders.Ramp{Start: s.WarmupTemperature, End: s.TeacherTemperature, Warmup: s.WarmupEpochs}
}

func (o *dino) branch() Branch     { return Teacher }
func (o *dino) weightNorm() bool   { return o.vmf == nil }
func (o *dino) unnormalised() bool { return false }

func (o *dino) loss(h *head, s, targets *G.Node) (*G.Node, error) { return h.crossEntropy(s, targets) }

func (o *dino) center() []float32 {
	if o.Targets == "sinkhorn" || o.vmf != nil {
		return nil
	}
	return o.mean
}

func (o *dino) codes(q []float32, in codeInput) {
	t := o.ramp.At(int(in.epoch))
	if o.vmf != nil {
		o.vmf.scores(q, in.scores, in.prototypes, t)
		in.scores = q
	}
	if o.Targets == "sinkhorn" {
		// DINOv2 balances all global crops of the batch at once.
		Sinkhorn(in.team, q, in.scores, o.v.global*o.v.images, o.k, t, o.Iterations)
		return
	}
	if o.vmf != nil {
		o.vmf.targets(q, t)
		return
	}
	inv := float32(1 / t)
	in.team.Chunks(o.v.global*o.v.images, kernel.RowChunk(o.k), func(lo, hi int) {
		for r := lo; r < hi; r++ {
			row := q[r*o.k:][:o.k]
			kernel.Combine(row, in.scores[r*o.k:][:o.k], o.mean, 1, -1)
			kernel.SoftmaxScaled(row, row, inv)
		}
	})
}

// after moves the center towards the batch mean of the teacher's scores.
func (o *dino) after(in codeInput) {
	if o.vmf != nil {
		if o.Targets == "centering" {
			o.vmf.learn(o.CenterMomentum)
		}
		return
	}
	n := o.v.global * o.v.images
	clear(o.sum)
	for r := range n {
		kernel.AddWide(o.sum, in.scores[r*o.k:][:o.k])
	}
	m := o.CenterMomentum
	for j, s := range o.sum {
		o.mean[j] = float32(float64(m*float64(o.mean[j])) + (1-m)*s/float64(n))
	}
}

func (o *dino) state(prefix string) []Named {
	if o.vmf != nil {
		return []Named{f32(prefix+"center", o.vmf.center)}
	}
	return []Named{f32(prefix+"center", o.mean)}
}

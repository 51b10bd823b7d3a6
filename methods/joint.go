package methods

import (
	"protobench/encoders"
	"protobench/internal/kernel"
)

// joint prototypes follow the gradient of the objective's loss, as a part of the network: the usual rule, which the paper holds
// responsible for partial collapse. With a weight-normalised objective (DINO, CARP, MSN) the gradient goes through the norm; else
// (SwAV) the rows are put back on the sphere after every step, unless the scores use their lengths (DINO-vMF). The teacher has an EMA copy.
type joint struct {
	p         *prototypes
	param     *encoders.Param
	optimizer encoders.Optimizer
	lengths   bool    // whether rows keep the length that training gives them
	norm      float32 // length at the start
	freeze    float64 // epochs without updates
	decay     float64 // weight decay at the start
}

func newJoint(cfg Config, o objective, start []float32, d int) *joint {
	k := cfg.Settings.Prototypes.Count
	j := &joint{
		p: newPrototypes(start, k, d, true), lengths: o.weightNorm() || keepsLength(o),
		norm: float32(cfg.Settings.Prototypes.Norm), freeze: cfg.Settings.Prototypes.Freeze, decay: cfg.Settings.Prototypes.Decay,
	}
	j.stretch(0, k)
	j.param = &encoders.Param{
		Name: "prototypes", Shape: []int{k, d}, Value: j.p.value,
		LRMult: cfg.Settings.Prototypes.LRMult,
	}
	j.optimizer = newOptimizer(cfg.Train, []*encoders.Param{j.param})
	return j
}

func (j *joint) vectors() *prototypes      { return j.p }
func (j *joint) params() []*encoders.Param { return []*encoders.Param{j.param} }
func (j *joint) before(*stepInput)         {}

func (j *joint) restart(c []float32) {
	j.p.start(c)
	j.stretch(0, j.p.k)
}

// stretch gives n prototypes from lo on, unit vectors so far, their length. Directions, all that metrics see, stay.
func (j *joint) stretch(lo, n int) {
	if j.norm == 1 {
		return
	}
	for _, c := range [][]float32{j.p.value, j.p.teacher} {
		for i := lo * j.p.d; i < (lo+n)*j.p.d; i++ {
			c[i] *= j.norm
		}
	}
}

func (j *joint) after(s *stepInput) {
	if s.epoch >= j.freeze {
		j.param.WeightDecay = j.decay * s.decay
		j.optimizer.Step(s.team, s.lr)
		if !j.lengths {
			kernel.NormalizeRows(j.p.value, j.p.value, j.p.k, j.p.d, nil)
		}
	}
	encoders.EMA(j.p.teacher, j.p.value, s.momentum)
}

// move puts one prototype on an embedding. Momentum forgets it; Adam's second moment takes the other rows' mean, for
// a zero would make the next steps several times too long.
func (j *joint) move(k int, z []float32) {
	d := j.p.d
	copy(j.p.value[k*d:][:d], z)
	copy(j.p.teacher[k*d:][:d], z)
	j.stretch(k, 1)
	slots := j.optimizer.Slots(j.param)
	clear(slots[0][k*d:][:d])
	for _, second := range slots[1:] {
		var sum float64
		for _, v := range second {
			sum += float64(v)
		}
		for i := range d {
			second[k*d+i] = float32(sum / float64(len(second)))
		}
	}
}

func (j *joint) state(prefix string) []Named {
	return append(j.p.state(prefix), optimizerState(prefix+"optimizer.", j.optimizer, []*encoders.Param{j.param})...)
}

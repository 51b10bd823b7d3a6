package methods

import (
	"protobench/encoders"
	"protobench/internal/kernel"
)

// joint prototypes follow the gradient of the objective's loss, as a part of the network: the usual rule, which the paper holds
// responsible for partial collapse. With a weight-normalised objective (DINO, CARP, MSN) the gradient goes through the norm; else
// (SwAV) the rows are put back on the sphere after every step. The teacher has an EMA copy.
type joint struct {
	p          *prototypes
	param      *encoders.Param
	optimizer  encoders.Optimizer
	weightNorm bool
	freeze     float64 // epochs without updates
}

func newJoint(cfg Config, o objective, p *prototypes) *joint {
	j := &joint{p: p, weightNorm: o.weightNorm(), freeze: cfg.Settings.Prototypes.Freeze}
	j.param = &encoders.Param{
		Name: "prototypes", Shape: []int{p.k, p.d}, Value: j.p.value,
		LRMult: cfg.Settings.Prototypes.LRMult, WeightDecay: cfg.Settings.Prototypes.Decay,
	}
	j.optimizer = newOptimizer(cfg.Train, []*encoders.Param{j.param})
	return j
}

func (j *joint) vectors() *prototypes      { return j.p }
func (j *joint) params() []*encoders.Param { return []*encoders.Param{j.param} }
func (j *joint) moves(epoch float64) bool  { return epoch >= j.freeze }
func (j *joint) before(*stepInput)         {}

// adopt starts the teacher's copy at the student's. The optimizer is fresh: a schedule has one joint phase at most.
func (j *joint) adopt() { j.p.publish(nil) }

func (j *joint) after(s *stepInput) {
	if j.moves(s.epoch) {
		j.optimizer.Step(s.team, s.lr)
		if !j.weightNorm {
			kernel.NormalizeRows(j.p.value, j.p.value, j.p.k, j.p.d, nil)
		}
	}
	encoders.EMA(s.team, j.p.teacher, j.p.value, s.momentum)
}

// move puts one prototype on an embedding.
func (j *joint) move(k int, z []float32) {
	d := j.p.d
	copy(j.p.value[k*d:][:d], z)
	j.p.replaced(k)
	forget(j.optimizer, j.param, k)
}

// forget clears what an optimizer knows of row k of a parameter. Momentum forgets it; Adam's second moment takes the other rows'
// mean, for a zero would make the next steps several times too long.
func forget(o encoders.Optimizer, p *encoders.Param, k int) {
	d := len(p.Value) / p.Shape[0]
	slots := o.Slots(p)
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
	return optimizerState(prefix+"optimizer.", j.optimizer, []*encoders.Param{j.param})
}

package methods

import (
	"protobench/encoders"
	"protobench/internal/kernel"
)

// joint prototypes follow the gradient of the objective's loss, as a part of the network: the usual rule, which the paper holds
// responsible for partial collapse. With a weight-normalised objective (DINO) the gradient goes through the norm; else
// (SwAV) the rows are put back on the sphere after every step. The teacher has an EMA copy.
type joint struct {
	p          *prototypes
	param      *encoders.Param
	optimizer  encoders.Optimizer
	weightNorm bool
	freeze     float64 // epochs without updates
	reseed     *reseeder
}

func newJoint(cfg Config, o objective, start []float32, d int) *joint {
	k := cfg.Settings.Prototypes.Count
	j := &joint{
		p: newPrototypes(start, k, d, true), weightNorm: o.weightNorm(),
		freeze: cfg.Settings.Prototypes.Freeze, reseed: newReseeder(cfg),
	}
	j.param = &encoders.Param{
		Name: "prototypes", Shape: []int{k, d}, Value: j.p.value,
		LRMult: cfg.Settings.Prototypes.LRMult, WeightDecay: cfg.Settings.Prototypes.Decay,
	}
	j.optimizer = newOptimizer(cfg.Train, []*encoders.Param{j.param})
	return j
}

func newOptimizer(t Train, params []*encoders.Param) encoders.Optimizer {
	if t.Optimizer == "sgd" {
		return encoders.NewSGD(params, t.Momentum)
	}
	return encoders.NewAdamW(params)
}

func (j *joint) vectors() *prototypes      { return j.p }
func (j *joint) params() []*encoders.Param { return []*encoders.Param{j.param} }
func (j *joint) restart(c []float32)       { j.p.start(c) }
func (j *joint) before(*stepInput)         {}

func (j *joint) after(s *stepInput) {
	if s.epoch >= j.freeze {
		j.optimizer.Step(s.lr)
		if !j.weightNorm {
			kernel.NormalizeRows(j.p.value, j.p.value, j.p.k, j.p.d, nil)
		}
	}
	encoders.EMA(j.p.teacher, j.p.value, s.momentum)
	if j.reseed != nil {
		j.reseed.run(j.p, hardMass(s.scores, j.p.k), s.z[Student], s.scores, s, j.move)
	}
}

// move puts one prototype on an embedding and clears what the optimizer remembers of it.
func (j *joint) move(k int, z []float32) {
	copy(j.p.value[k*j.p.d:][:j.p.d], z)
	copy(j.p.teacher[k*j.p.d:][:j.p.d], z)
	for _, slot := range j.optimizer.Slots(j.param) {
		clear(slot[k*j.p.d:][:j.p.d])
	}
}

// hardMass counts the rows whose largest score is each prototype's.
func hardMass(scores []float32, k int) []float64 {
	mass := make([]float64, k)
	for i := 0; i < len(scores); i += k {
		mass[kernel.Argmax(scores[i:i+k])]++
	}
	return mass
}

func (j *joint) state(prefix string) []Named {
	return append(j.p.state(prefix), optimizerState(prefix+"optimizer.", j.optimizer, []*encoders.Param{j.param})...)
}

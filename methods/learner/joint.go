package learner

import (
	"protobench/encoders"
	"protobench/encoders/optim"
	"protobench/internal/kernel"
	"protobench/internal/setting"
	"protobench/methods/part"
)

// jointPart declares [joint].
func jointPart() Declaration {
	return Declaration{
		Declaration: part.Declaration{
			Name: "joint", Doc: "prototypes follow the gradient of the objective, together with the encoder", Source: "Caron et al. 2020, 2021",
			Reads: append(moving(), "prototypes.lr_mult", "prototypes.weight_decay", "prototypes.norm", "prototypes.freeze_epochs"),
			Onsets: func(c part.Config) []part.Onset {
				frozen := part.Onset{Key: "prototypes.freeze_epochs", Epoch: c.Settings.Float("prototypes.freeze_epochs"), Missed: "the joint learner's prototypes never move"}
				return []part.Onset{frozen.Within(c, "joint")}
			},
		},
		Gradient: true,
		New:      func(c part.Config, h Host, p *Prototypes) Learner { return newJoint(c, h, p) },
	}
}

// joint prototypes follow the gradient of the objective's loss, as a part of the network: the usual
// rule, which the paper holds responsible for partial collapse. With a weight-normalised objective
// (DINO, CARP, MSN) the gradient goes through the norm; else (SwAV) the rows are put back on the
// sphere after every step, unless the scores use their lengths (DINO-vMF). The teacher has an EMA
// copy.
type joint struct {
	p         *Prototypes
	param     *encoders.Param
	optimizer optim.Optimizer
	lengths   bool    // whether rows keep the length that training gives them
	norm      float32 // length at the start
	freeze    float64 // epochs without updates
	decay     float64 // weight decay at the start
}

func newJoint(cfg part.Config, h Host, p *Prototypes) *joint {
	s := setting.Read[Settings](cfg.Settings, "prototypes")
	j := &joint{p: p, lengths: h.Lengths, norm: float32(s.Norm), freeze: s.Freeze, decay: s.Decay}
	j.param = &encoders.Param{Name: "prototypes", Shape: []int{p.K, p.D}, Value: p.Value, LRMult: s.LRMult}
	j.optimizer = cfg.Train.NewOptimizer([]*encoders.Param{j.param})
	return j
}

func (j *joint) Vectors() *Prototypes { return j.p }

func (j *joint) Params() []*encoders.Param { return []*encoders.Param{j.param} }

func (j *joint) Moves(epoch float64) bool { return epoch >= j.freeze }

func (j *joint) Before(*Step) {}

// Adopt gives the prototypes their length and starts the teacher's copy at the student's. The
// optimizer is fresh: a schedule has one joint phase at most.
func (j *joint) Adopt() {
	j.stretch(j.p.Value)
	j.p.Publish(nil)
}

// stretch gives unit vectors the length of the start. Directions, all that metrics see, stay.
func (j *joint) stretch(c []float32) {
	if j.norm == 1 {
		return
	}
	for i := range c {
		c[i] *= j.norm
	}
}

func (j *joint) After(s *Step) {
	if j.Moves(s.Epoch) {
		j.param.WeightDecay = j.decay * s.Decay
		j.optimizer.Step(s.Team, s.LR)
		if !j.lengths {
			kernel.NormalizeRows(j.p.Value, j.p.Value, j.p.K, j.p.D, nil)
		}
	}
	encoders.EMA(s.Team, j.p.Teacher, j.p.Value, s.Momentum)
}

// Move puts one prototype on an embedding.
func (j *joint) Move(k int, z []float32) {
	d := j.p.D
	copy(j.p.Value[k*d:][:d], z)
	j.stretch(j.p.Value[k*d:][:d])
	j.p.replaced(k)
	forget(j.optimizer, j.param, k)
}

// forget clears what an optimizer knows of row k of a parameter. Momentum forgets it; Adam's second
// moment takes the other rows' mean, for a zero would make the next steps several times too long.
func forget(o optim.Optimizer, p *encoders.Param, k int) {
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

func (j *joint) State(prefix string) []part.Named {
	return part.OptimizerState(prefix+"optimizer.", j.optimizer, []*encoders.Param{j.param})
}

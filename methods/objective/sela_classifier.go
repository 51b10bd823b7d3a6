package objective

import (
	"protobench/internal/team"
	"protobench/methods/learner"
	"protobench/methods/part"
)

// classifier is the last layer of [sela]: rows W [K,D] that follow the gradient of the loss and are not normalised. They start as
// unit vectors. Metrics see their directions, and assign images by W·z + b. The teacher has moving averages of both.
type classifier struct {
	*learner.Joint
	o     *sela
	every int // steps between two labellings
}

func newClassifier(cfg part.Config, o *sela, p *learner.Prototypes) *classifier {
	j := learner.NewJoint(cfg, learner.Host{Lengths: true}, p)
	j.Lengths, j.Norm, j.Freeze = true, 1, 0 // the rows' length is left to the gradient
	return &classifier{j, o, o.relabelSteps(cfg.StepsPerEpoch)}
}

// label finds the labels anew.
func (l *classifier) label(team *team.Team) (changed, err float64) {
	return l.o.relabel(team, l.P.Head, l.P.Value)
}

func (l *classifier) Before(s *learner.Step) {
	if s.Index > 0 && s.Index%l.every == 0 {
		s.Found.Values["sela.relabelled"], s.Found.Values["sela.error"] = l.label(s.Team)
	}
}

func (l *classifier) After(s *learner.Step) {
	l.Joint.After(s)
	lo, hi := l.P.Head*l.P.K, (l.P.Head+1)*l.P.K
	for i, b := range l.o.bias.Value[lo:hi] {
		l.o.teacher[lo+i] = float32(float64(s.Momentum*float64(l.o.teacher[lo+i])) - float64((1-s.Momentum)*float64(b)))
	}
}

// Begin finds the first labels, of what the initial network predicts.
func (l *classifier) Begin(team *team.Team, _, _ []float32) { l.label(team) }

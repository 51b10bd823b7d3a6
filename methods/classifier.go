package methods

import (
	"protobench/internal/team"
	"protobench/methods/part"
)

// classifier is the last layer of [sela]: rows W [K,D] that follow the gradient of the loss and are not normalised. They start as
// unit vectors. Metrics see their directions, and assign images by W·z + b. The teacher has moving averages of both.
type classifier struct {
	*joint
	o     *sela
	every int // steps between two labellings
}

func newClassifier(cfg part.Config, o *sela, p *prototypes) *classifier {
	j := newJoint(cfg, Host{Lengths: true}, p)
	j.lengths, j.norm, j.freeze = true, 1, 0 // the rows' length is left to the gradient
	return &classifier{j, o, o.relabelSteps(cfg.StepsPerEpoch)}
}

// label finds the labels anew.
func (l *classifier) label(team *team.Team) (changed, err float64) {
	return l.o.relabel(team, l.p.head, l.p.value)
}

func (l *classifier) before(s *stepInput) {
	if s.step > 0 && s.step%l.every == 0 {
		s.found.Values["sela.relabelled"], s.found.Values["sela.error"] = l.label(s.team)
	}
}

func (l *classifier) after(s *stepInput) {
	l.joint.after(s)
	lo, hi := l.p.head*l.p.k, (l.p.head+1)*l.p.k
	for i, b := range l.o.bias.Value[lo:hi] {
		l.o.teacher[lo+i] = float32(float64(s.momentum*float64(l.o.teacher[lo+i])) - float64((1-s.momentum)*float64(b)))
	}
}

// begin finds the first labels, of what the initial network predicts.
func (l *classifier) begin(team *team.Team, _, _ []float32) { l.label(team) }

package clustering

import (
	"protobench/internal/team"
	"protobench/methods/learner"
	"protobench/methods/part"
)

// classifier is the last layer of [sela]: rows W [K,D] that follow the gradient of the loss and are
// not normalised. They start as unit vectors. Metrics see their directions, and assign images by
// W·z + b. The teacher has moving averages of both.
type classifier struct {
	learner.Learner // joint

	o     *sela
	every int // steps between two labellings
}

func newClassifier(c part.Config, o *sela, p *learner.Prototypes) *classifier {
	c.Settings.MustSetAll(map[string]any{"prototypes.norm": 1.0, "prototypes.freeze_epochs": 0.0}) // the rows' length is left to the gradient
	return &classifier{learner.New("joint", c, learner.Host{Lengths: true}, p), o, o.relabelSteps(c.StepsPerEpoch)}
}

// label finds the labels anew.
func (l *classifier) label(team *team.Team) (changed, err float64) {
	p := l.Vectors()
	return l.o.relabel(team, p.Head, p.Value)
}

func (l *classifier) Before(s *learner.Step) {
	if s.Index > 0 && s.Index%l.every == 0 {
		s.Found.Values["sela.relabelled"], s.Found.Values["sela.error"] = l.label(s.Team)
	}
}

func (l *classifier) After(s *learner.Step) {
	l.Learner.After(s)
	p := l.Vectors()
	lo, hi := p.Head*p.K, (p.Head+1)*p.K
	for i, b := range l.o.bias.Value[lo:hi] {
		l.o.teacher[lo+i] = float32(float64(s.Momentum*float64(l.o.teacher[lo+i])) - float64((1-s.Momentum)*float64(b)))
	}
}

// Begin finds the first labels, of what the initial network predicts.
func (l *classifier) Begin(team *team.Team, _, _ []float32) { l.label(team) }

package methods

// classifier is the last layer of [sela]: rows W [K,D] that follow the gradient of the loss and are not normalised. They start as
// unit vectors. Metrics see their directions, and assign images by W·z + b. The teacher has moving averages of both.
type classifier struct {
	*joint
	o     *sela
	every int // steps between two labellings
}

func newClassifier(cfg Config, o *sela, start []float32, d int) *classifier {
	j := newJoint(cfg, o, newPrototypes(start, o.k, d, true))
	j.lengths, j.norm, j.freeze = true, 1, 0 // the rows' length is left to the gradient
	return &classifier{j, o, o.relabelSteps(cfg.StepsPerEpoch)}
}

// rows are the teacher's, as its scores use them.
func (l *classifier) rows() []float32 { return l.p.teacher }

func (l *classifier) before(s *stepInput) {
	if s.step > 0 && s.step%l.every == 0 {
		s.values["sela.relabelled"], s.values["sela.error"] = l.o.relabel(s.team, l.p.value)
	}
}

func (l *classifier) after(s *stepInput) {
	l.joint.after(s)
	for i, b := range l.o.bias.Value {
		l.o.teacher[i] = float32(s.momentum*float64(l.o.teacher[i]) - (1-s.momentum)*float64(b))
	}
}

package learner

import (
	"fmt"

	"protobench/encoders"
	"protobench/internal/team"
	"protobench/methods/part"
)

// schedule hands one set of prototypes from learner to learner. If one of them is joint, the
// student's graph has the gradient of the prototypes in all phases, but only the joint learner
// applies it: for the others they are constants of the update. Each learner starts afresh where the
// one before left the prototypes; movement and usage are counted through.
type schedule struct {
	p        *Prototypes
	phases   []part.Phase
	learners []Learner
	at       []float64 // one element: the phase in charge
}

func newSchedule(phases []part.Phase, c part.Config, h Host, p *Prototypes) *schedule {
	s := &schedule{p: p, phases: phases, at: make([]float64, 1)}
	for _, phase := range phases {
		s.learners = append(s.learners, newSingle(phase.Learner, c, h, p))
	}
	return s
}

// Begin lets every phase's learner begin, whenever its time comes.
func (s *schedule) Begin(team *team.Team, first, second []float32) {
	for _, l := range s.learners {
		if b, ok := l.(Beginner); ok {
			b.Begin(team, first, second)
		}
	}
}

// banker is a learner that clusters past embeddings.
type banker interface {
	bank(z []float32)
}

// phase returns the index of the phase at an epoch.
func (s *schedule) phase(epoch float64) int {
	for i, p := range s.phases[:len(s.phases)-1] {
		if epoch < p.Until {
			return i
		}
	}
	return len(s.phases) - 1
}

func (s *schedule) active() Learner { return s.learners[int(s.at[0])] }

func (s *schedule) Vectors() *Prototypes { return s.p }

func (s *schedule) Params() []*encoders.Param {
	for _, l := range s.learners {
		if p := l.Params(); p != nil {
			return p
		}
	}
	return nil
}

func (s *schedule) Adopt() { s.active().Adopt() }

func (s *schedule) Moves(epoch float64) bool { return s.active().Moves(epoch) }

func (s *schedule) Move(k int, z []float32) { s.active().Move(k, z) }

func (s *schedule) Split(k, from int, z []float32) {
	if sp, ok := s.active().(splitter); ok {
		sp.Split(k, from, z)
		return
	}
	s.Move(k, z)
}

func (s *schedule) Before(in *Step) {
	if now := s.phase(in.Epoch); now != int(s.at[0]) {
		s.at[0] = float64(now)
		copy(s.p.Value, s.p.Effective[part.Student]) // joint prototypes have lengths, and no other learner counts with them
		s.active().Adopt()
		in.Found.Event("handover", -1)
	}
	s.active().Before(in)
	for i, l := range s.learners {
		if b, ok := l.(banker); ok && i != int(s.at[0]) {
			b.bank(in.Z[part.Teacher]) // it may have to start from what came before its time
		}
	}
}

// MovedBy implements [Mover] where the learner in charge does.
func (s *schedule) MovedBy() (float64, bool) {
	if m, ok := s.active().(Mover); ok {
		return m.MovedBy()
	}
	return 0, false
}

func (s *schedule) After(in *Step) { s.active().After(in) }

func (s *schedule) State(prefix string) []part.Named {
	out := []part.Named{part.F64Of(prefix+"phase", s.at)}
	for i, l := range s.learners {
		out = append(out, l.State(fmt.Sprintf("%sphase%d.", prefix, i))...)
	}
	return out
}

package methods

import (
	"fmt"

	"protobench/encoders"
	"protobench/internal/team"
	"protobench/methods/part"
)

// schedule hands one set of prototypes from learner to learner. If one of them is joint, the student's graph has the
// gradient of the prototypes in all phases, but only the joint learner applies it: for the others they are constants of the update. Each
// learner starts afresh where the one before left the prototypes; movement and usage are counted through.
type schedule struct {
	p        *prototypes
	phases   []part.Phase
	learners []learner
	at       []float64 // one element: the phase in charge
}

func newSchedule(phases []part.Phase, c part.Config, h Host, p *prototypes) *schedule {
	s := &schedule{p: p, phases: phases, at: make([]float64, 1)}
	for _, phase := range phases {
		s.learners = append(s.learners, newSingle(phase.Learner, c, h, p))
	}
	return s
}

// begin lets every phase's learner begin, whenever its time comes.
func (s *schedule) begin(team *team.Team, first, second []float32) {
	for _, l := range s.learners {
		if b, ok := l.(beginner); ok {
			b.begin(team, first, second)
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

func (s *schedule) active() learner { return s.learners[int(s.at[0])] }

func (s *schedule) vectors() *prototypes { return s.p }

func (s *schedule) params() []*encoders.Param {
	for _, l := range s.learners {
		if p := l.params(); p != nil {
			return p
		}
	}
	return nil
}

func (s *schedule) adopt()                   { s.active().adopt() }
func (s *schedule) moves(epoch float64) bool { return s.active().moves(epoch) }
func (s *schedule) move(k int, z []float32)  { s.active().move(k, z) }

func (s *schedule) split(k, from int, z []float32) {
	if sp, ok := s.active().(splitter); ok {
		sp.split(k, from, z)
		return
	}
	s.move(k, z)
}

func (s *schedule) before(in *stepInput) {
	if now := s.phase(in.epoch); now != int(s.at[0]) {
		s.at[0] = float64(now)
		copy(s.p.value, s.p.now[part.Student]) // joint prototypes have lengths, and no other learner counts with them
		s.active().adopt()
		in.found.event("handover", -1)
	}
	s.active().before(in)
	for i, l := range s.learners {
		if b, ok := l.(banker); ok && i != int(s.at[0]) {
			b.bank(in.z[part.Teacher]) // it may have to start from what came before its time
		}
	}
}

func (s *schedule) after(in *stepInput) { s.active().after(in) }

func (s *schedule) State(prefix string) []part.Named {
	out := []part.Named{part.F64Of(prefix+"phase", s.at)}
	for i, l := range s.learners {
		out = append(out, l.State(fmt.Sprintf("%sphase%d.", prefix, i))...)
	}
	return out
}

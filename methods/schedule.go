package methods

import (
	"fmt"
	"strconv"
	"strings"

	"protobench/encoders"
)

// Phase is one stretch of a schedule of learners.
type Phase struct {
	Learner string
	Until   float64 // epoch at which the next phase takes over; 0 for the last one, which has no end
}

// Schedule writes phases as a composition's learner: "gmm until 5, joint". A single phase is the name of its learner.
func Schedule(phases []Phase) string {
	parts := make([]string, len(phases))
	for i, p := range phases {
		parts[i] = p.Learner
		if i < len(phases)-1 {
			parts[i] += " until " + strconv.FormatFloat(p.Until, 'g', -1, 64)
		}
	}
	return strings.Join(parts, ", ")
}

// Phases reads what [Schedule] writes.
func Phases(learner string) ([]Phase, error) {
	parts := strings.Split(learner, ", ")
	phases := make([]Phase, len(parts))
	for i, part := range parts {
		name, until, ends := strings.Cut(part, " until ")
		phases[i].Learner = name
		if ends != (i < len(parts)-1) {
			return nil, fmt.Errorf("learner: %q: every phase but the last needs an epoch to end at (until), and the last has none", learner)
		}
		if !ends {
			continue
		}
		epoch, err := strconv.ParseFloat(until, 64)
		if err != nil || !(epoch > 0) || i > 0 && epoch <= phases[i-1].Until {
			return nil, fmt.Errorf("learner: %q ends at %q; expected epochs above 0 in rising order", name, until)
		}
		phases[i].Until = epoch
	}
	return phases, nil
}

// schedule hands one set of prototypes from learner to learner. If one of them is joint, the student's graph has the
// gradient of the prototypes in all phases, but only the joint learner applies it: for the others they are constants of the update. Each
// learner starts afresh where the one before left the prototypes; movement and usage are counted through.
type schedule struct {
	p        *prototypes
	phases   []Phase
	learners []learner
	at       []float64 // one element: the phase in charge
}

func newSchedule(phases []Phase, cfg Config, o objective, p *prototypes) *schedule {
	s := &schedule{p: p, phases: phases, at: make([]float64, 1)}
	for _, phase := range phases {
		s.learners = append(s.learners, newSingle(phase.Learner, cfg, o, p))
	}
	return s
}

// parts are the learners of a schedule, or the one that stands alone.
func parts(l learner) []learner {
	if s, ok := l.(*schedule); ok {
		return s.learners
	}
	return []learner{l}
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
		copy(s.p.value, s.p.now[Student]) // joint prototypes have lengths, and no other learner counts with them
		s.active().adopt()
		in.event("handover", -1)
	}
	s.active().before(in)
	for i, l := range s.learners {
		if b, ok := l.(*epochKMeans); ok && i != int(s.at[0]) {
			b.bank(in.z[Teacher]) // it may have to start from what came before its time
		}
	}
}

func (s *schedule) after(in *stepInput) { s.active().after(in) }

func (s *schedule) state(prefix string) []Named {
	out := []Named{f64(prefix+"phase", s.at)}
	for i, l := range s.learners {
		out = append(out, l.state(fmt.Sprintf("%sphase%d.", prefix, i))...)
	}
	return out
}

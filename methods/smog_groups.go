package methods

import (
	"protobench/internal/stream"
	"protobench/methods/part"
)

// smogIterations are those of the k-means that resets the groups.
const smogIterations = 10

// smogGroups are the groups of [smog], which move in the student's graph; here the move is kept. Every reset_steps steps they start
// anew at the centres of spherical k-means on the last projections of all images, and the teacher becomes a copy of the student, as in
// the paper's appendix and lightly's code, which clusters the projections since the last reset.
type smogGroups struct {
	owned
	o    *smog
	bank *bank
	seed uint64
}

func newSMoGGroups(cfg part.Config, start []float32, o *smog, d int) *smogGroups {
	return &smogGroups{owned{decoupled{newPrototypes(start, o.k, d, false)}}, o, newBank(cfg, d), cfg.Seed}
}

func (l *smogGroups) after(s *stepInput) {
	copy(l.p.value, l.o.moved)
	l.bank.record(s.step, s.z[part.Student])
	if l.o.ResetSteps > 0 && (s.step+1)%l.o.ResetSteps == 0 {
		l.reset(s)
	}
	l.p.publish(s.team)
}

// reset clusters the bank and has the teacher follow at once.
func (l *smogGroups) reset(s *stepInput) {
	_, z := l.bank.gather()
	copy(l.p.value, startAt(stream.New(l.seed, "clusters", uint64(s.step)), z, l.p.k, l.p.d))
	lloyd(s.team, newAssignment(l.p.k, l.p.d), l.p.value, z, smogIterations)
	s.found.CopyStudent = true
	s.found.note("smog.reset", 1)
}

func (l *smogGroups) State(prefix string) []part.Named {
	return l.bank.State(prefix)
}

package clustering

import (
	"protobench/internal/stream"
	"protobench/methods/learner"
	"protobench/methods/objective"
	"protobench/methods/part"
)

// smogIterations are those of the k-means that resets the groups.
const smogIterations = 10

// smogGroups are the groups of [smog], which move in the student's graph; here the move is kept.
// Every reset_steps steps they start anew at the centres of spherical k-means on the last
// projections of all images, and the teacher becomes a copy of the student, as in the paper's
// appendix and lightly's code, which clusters the projections since the last reset.
type smogGroups struct {
	objective.Owned
	o    *smog
	bank *learner.Bank
	seed uint64
}

func newSMoGGroups(cfg part.Config, start []float32, o *smog, d int) *smogGroups {
	return &smogGroups{objective.Owned{Decoupled: learner.Decoupled{P: learner.NewPrototypes(start, o.k, d, false)}}, o, learner.NewBank(cfg, d), cfg.Seed}
}

func (l *smogGroups) After(s *learner.Step) {
	copy(l.P.Value, l.o.moved)
	l.bank.Record(s.Index, s.Z[part.Student])
	if l.o.ResetSteps > 0 && (s.Index+1)%l.o.ResetSteps == 0 {
		l.reset(s)
	}
	l.P.Publish(s.Team)
}

// reset clusters the bank and has the teacher follow at once.
func (l *smogGroups) reset(s *learner.Step) {
	_, z := l.bank.Gather()
	copy(l.P.Value, learner.StartAt(stream.New(l.seed, "clusters", uint64(s.Index)), z, l.P.K, l.P.D))
	learner.Lloyd(s.Team, learner.NewAssignment(l.P.K, l.P.D), l.P.Value, z, smogIterations)
	s.Found.CopyStudent = true
	s.Found.Note("smog.reset", 1)
}

func (l *smogGroups) State(prefix string) []part.Named {
	return l.bank.State(prefix)
}

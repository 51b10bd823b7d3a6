package learner

import (
	"protobench/internal/setting"
	"protobench/internal/team"
	"protobench/methods/part"
)

// EMA holds the keys of the [ema] table.
type EMA struct {
	Momentum float64 `key:"momentum" default:"0.99" range:"[0,1]" doc:"share of itself that a prototype keeps in a step in which embeddings are assigned to it"`
}

// emaPart declares [ema].
func emaPart() Declaration {
	return Declaration{
		Declaration: part.Declaration{
			Name: "ema", Doc: "decoupled: prototypes move towards the mean of the teacher embeddings nearest to them, no gradient", Source: "Pang et al. 2022, its group update",
			Table: setting.Of[EMA]("ema").OwnedBy("ema"), Reads: moving(),
		},
		New: func(c part.Config, _ Host, p *Prototypes) Learner { return newEMA(c, p) },
	}
}

// ema prototypes move a little towards the mean of the embeddings that were given to them, without
// a gradient; those that got none stay: c ← β·c + (1-β)·mean, back on the sphere (the update of
// SMoG's groups, Pang et al. 2022, here by teacher embeddings and with no gradient through it).
// Unlike [kmeans] the rate is the same however many embeddings there are and however long a
// prototype has been in place.
type ema struct {
	Decoupled
	a        *Assignment
	momentum float64
}

func newEMA(cfg part.Config, p *Prototypes) *ema {
	return &ema{Decoupled{p}, NewAssignment(p.K, p.D), cfg.Settings.Float("ema.momentum")}
}

func (e *ema) Adopt() { e.P.Publish(nil) }

func (e *ema) State(string) []part.Named { return nil }

// MovedBy implements [Mover].
func (e *ema) MovedBy() (float64, bool) { return e.a.MovedBy() }

func (e *ema) Before(s *Step) {
	e.update(s.Team, s.Z[part.Teacher])
	s.Found.Note("ema.cosine", e.a.cosine)
}

// update assigns embeddings z [n,D] to the prototypes and moves those that got some.
func (e *ema) update(team *team.Team, z []float32) {
	d := e.P.D
	e.a.Assign(team, z, e.P.Value)
	for k, n := range e.a.Count {
		if n == 0 {
			continue
		}
		c := e.P.Value[k*d:][:d]
		moved := e.a.room
		for j, sum := range e.a.Sum[k*d:][:d] {
			moved[j] = float64(e.momentum*float64(c[j])) + (1-e.momentum)*sum/n
		}
		direction(c, moved)
	}
	e.P.Publish(team)
}

func (e *ema) Move(k int, z []float32) {
	copy(e.P.Value[k*e.P.D:][:e.P.D], z)
	e.P.replaced(k)
}

package methods

import "protobench/internal/team"

// ema prototypes move a little towards the mean of the embeddings that were given to them, without a gradient; those that
// got none stay: c ← β·c + (1-β)·mean, back on the sphere (the update of SMoG's groups, Pang et al. 2022, here
// by teacher embeddings and with no gradient through it). Unlike [kmeans] the rate is the same however many embeddings
// there are and however long a prototype has been in place.
type ema struct {
	decoupled
	a        *assignment
	momentum float64
}

func newEMA(cfg Config, p *prototypes) *ema {
	return &ema{decoupled{p}, newAssignment(p.k, p.d), cfg.Settings.EMA.Momentum}
}

func (e *ema) adopt()               { e.p.publish(nil) }
func (e *ema) state(string) []Named { return nil }

func (e *ema) before(s *stepInput) {
	e.update(s.team, s.z[Teacher])
	s.values["ema.cosine"] = e.a.cosine
}

// update assigns embeddings z [n,D] to the prototypes and moves those that got some.
func (e *ema) update(team *team.Team, z []float32) {
	d := e.p.d
	e.a.assign(team, z, e.p.value)
	for k, n := range e.a.count {
		if n == 0 {
			continue
		}
		c := e.p.value[k*d:][:d]
		moved := e.a.room
		for j, sum := range e.a.sum[k*d:][:d] {
			moved[j] = float64(e.momentum*float64(c[j])) + (1-e.momentum)*sum/n
		}
		direction(c, moved)
	}
	e.p.publish(team)
}

func (e *ema) move(k int, z []float32) {
	copy(e.p.value[k*e.p.d:][:e.p.d], z)
	e.p.replaced(k)
}

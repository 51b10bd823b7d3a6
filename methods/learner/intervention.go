package learner

import (
	"math"
	"math/rand/v2"
	"slices"

	"protobench/internal/kernel"
	"protobench/internal/setting"
	"protobench/methods/part"
)

// Intervention changes the near-duplicates among the prototypes once, in the middle of training, so
// that what follows tells what they were good for: to the loss, and to the features. A duplicate is
// a prototype within a cosine distance of one before it that is none itself.
type Intervention struct {
	kind string
	at   int // step
	eps  float64
	seed uint64
}

// apart is the cosine distance that "split" puts between a duplicate and what it is one of, as a
// multiple of the distance within which it counts as one.
const apart = 4

// NewIntervention returns the intervention of a run, or nil where prototypes.intervene is none.
func NewIntervention(cfg part.Config) *Intervention {
	s := setting.Read[Settings](cfg.Settings, "prototypes")
	if s.Intervene == "none" || s.Intervene == "" {
		return nil
	}
	at := max(1, int(math.Round(float64(s.InterveneEpoch*float64(cfg.StepsPerEpoch)))))
	return &Intervention{kind: s.Intervene, at: at, eps: s.InterveneWithin, seed: cfg.Seed}
}

// Onset says when the intervention comes, whichever learner the prototypes have.
func (v *Intervention) Onset(c part.Config) part.Onset {
	return part.Onset{Key: "prototypes.intervene_epoch", Epoch: c.Settings.Float("prototypes.intervene_epoch"), Missed: "prototypes.intervene changes nothing"}
}

// Run intervenes at the end of the step whose time has come. p's effective prototypes are those of
// this step.
func (v *Intervention) Run(l Learner, s *Step) {
	if s.Index+1 != v.at {
		return
	}
	p := l.Vectors()
	owner, rng := owners(p, s, v.eps), HeadStream(v.seed, "intervene", p.Head, uint64(s.Index))
	for k, o := range owner {
		if k != o {
			l.Move(k, v.target(p, o, rng))
			s.Found.Event(v.kind, k)
		}
	}
}

// target is where a duplicate of prototype o goes, a unit vector.
func (v *Intervention) target(p *Prototypes, o int, rng *rand.Rand) []float32 {
	c := p.Effective[part.Student][o*p.D:][:p.D]
	if v.kind == "merge" {
		return slices.Clone(c)
	}
	z := RandomDirections(rng, 1, p.D)
	if v.kind == "randomise" {
		return z
	}
	// A step at right angles of the length that makes the wanted cosine.
	along := kernel.Dot(z, c)
	for j := range z {
		z[j] -= float32(along * c[j])
	}
	kernel.NormalizeRows(z, z, 1, p.D, nil)
	cosine := 1 - float64(apart*v.eps)
	sine := float32(math.Sqrt(1 - float64(cosine*cosine)))
	for j := range z {
		z[j] = float32(float32(cosine)*c[j]) + float32(sine*z[j])
	}
	kernel.NormalizeRows(z, z, 1, p.D, nil)
	return z
}

// owners gives each prototype the first one before it that is within eps of it and has none itself,
// or itself: the greedy cover of unique@ε.
func owners(p *Prototypes, s *Step, eps float64) []int {
	cos := make([]float32, p.K*p.K)
	c := p.Effective[part.Student]
	kernel.InnerProducts(s.Team, cos, c, c, p.K, p.D, p.K)
	owner := make([]int, p.K)
	for k := range owner {
		owner[k] = k
		for o := range k {
			if owner[o] == o && 1-float64(cos[k*p.K+o]) < eps {
				owner[k] = o
				break
			}
		}
	}
	return owner
}

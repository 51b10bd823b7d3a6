package learner

import (
	"math"

	"protobench/internal/setting"
	"protobench/internal/team"
	"protobench/methods/part"
)

// KMeans holds the keys of the [kmeans] table.
type KMeans struct {
	Memory float64 `key:"memory" default:"1" range:"(0,)" doc:"centres remember memory × training images / K embeddings, at least 2"`
}

// kmeansPart declares [kmeans].
func kmeansPart() Declaration {
	return Declaration{
		Declaration: part.Declaration{
			Name: "kmeans", Doc: "decoupled: spherical k-means on teacher embeddings by mini-batches, no gradient", Source: "Sculley 2010; Dhillon and Modha 2001",
			Table: setting.Of[KMeans]("kmeans").OwnedBy("kmeans"), Reads: moving(),
		},
		New: func(c part.Config, _ Host, p *Prototypes) Learner { return newKMeans(c, p) },
	}
}

// kmeans prototypes are the directions of k-means centres of the teacher's embeddings, without a
// gradient: spherical k-means (Dhillon and Modha 2001) by mini-batches with a count per centre
// (Sculley 2010), where old counts fade by what replaces them, as in [mixture.Mixture]. With n
// embeddings given to a centre of count N, and their mean m:
//
//	N ← λ^n·N + a,   a = (1 - λ^n)/(1 - λ),   μ ← μ + (a/N)·(m - μ),   prototype = μ/|μ|
//
// A centre that nothing is given to stays where it is; λ = 0 is a step of Lloyd's algorithm. Two
// centres at one place stay there: nothing tells them apart.
type kmeans struct {
	Decoupled
	a      *Assignment
	lambda float64
	mean   []float64 // μ [K,D]
	count  []float64 // N [K]
}

func newKMeans(cfg part.Config, p *Prototypes) *kmeans {
	units := cfg.Settings.Float("kmeans.memory") * float64(cfg.Images) / float64(p.K)
	m := &kmeans{Decoupled: Decoupled{p}, a: NewAssignment(p.K, p.D), lambda: 1 - 1/max(2, units)}
	m.mean, m.count = make([]float64, p.K*p.D), make([]float64, p.K)
	m.Adopt()
	return m
}

func (m *kmeans) Adopt() {
	for k := range m.P.K {
		m.place(k, m.P.Value[k*m.P.D:][:m.P.D])
	}
	m.P.Publish(nil)
}

// place starts a centre at an embedding and counts it once.
func (m *kmeans) place(k int, z []float32) {
	for j, v := range z {
		m.mean[k*m.P.D+j] = float64(v)
	}
	m.count[k] = 1
}

func (m *kmeans) Before(s *Step) {
	m.update(s.Team, s.Z[part.Teacher])
	s.Found.Note("kmeans.cosine", m.a.cosine)
}

// update assigns embeddings z [n,D] to the centres and moves those.
func (m *kmeans) update(team *team.Team, z []float32) {
	d := m.P.D
	m.a.Assign(team, z, m.P.Value)
	for k, n := range m.a.Count {
		if n == 0 {
			continue
		}
		keep := math.Pow(m.lambda, n)
		gain := (1 - keep) / (1 - m.lambda)
		m.count[k] = float64(keep*m.count[k]) + gain
		mean := m.mean[k*d:][:d]
		for j, sum := range m.a.Sum[k*d:][:d] {
			mean[j] += float64(gain / m.count[k] * (sum/n - mean[j]))
		}
		direction(m.P.Value[k*d:][:d], mean)
	}
	m.P.Publish(team)
}

// MovedBy implements [Mover].
func (m *kmeans) MovedBy() (float64, bool) { return m.a.MovedBy() }

func (m *kmeans) Move(k int, z []float32) {
	m.place(k, z)
	copy(m.P.Value[k*m.P.D:][:m.P.D], z)
	m.P.replaced(k)
}

// Split puts a centre beside another one, with half of its count.
func (m *kmeans) Split(k, from int, z []float32) {
	m.Move(k, z)
	m.count[from] /= 2
	m.count[k] = m.count[from]
}

func (m *kmeans) State(prefix string) []part.Named {
	return []part.Named{part.F64Of(prefix+"mean", m.mean), part.F64Of(prefix+"count", m.count)}
}

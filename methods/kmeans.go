package methods

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
func kmeansPart() learnerDeclaration {
	return learnerDeclaration{
		Declaration: part.Declaration{
			Name: "kmeans", Doc: "decoupled: spherical k-means on teacher embeddings by mini-batches, no gradient", Source: "Sculley 2010; Dhillon and Modha 2001",
			Table: setting.Of[KMeans]("kmeans").OwnedBy("kmeans"), Reads: reseeding(),
		},
		New: func(c part.Config, _ Host, p *prototypes) learner { return newKMeans(c, p) },
	}
}

// kmeans prototypes are the directions of k-means centres of the teacher's embeddings, without a gradient: spherical k-means (Dhillon
// and Modha 2001) by mini-batches with a count per centre (Sculley 2010), where old counts fade by what replaces them, as
// in [Mixture]. With n embeddings given to a centre of count N, and their mean m:
//
//	N ← λ^n·N + a,   a = (1 - λ^n)/(1 - λ),   μ ← μ + (a/N)·(m - μ),   prototype = μ/|μ|
//
// A centre that nothing is given to stays where it is; λ = 0 is a step of Lloyd's algorithm. Two centres at one place stay there: nothing
// tells them apart.
type kmeans struct {
	decoupled
	a      *assignment
	lambda float64
	mean   []float64 // μ [K,D]
	count  []float64 // N [K]
}

func newKMeans(cfg part.Config, p *prototypes) *kmeans {
	units := cfg.Settings.Float("kmeans.memory") * float64(cfg.Images) / float64(p.k)
	m := &kmeans{decoupled: decoupled{p}, a: newAssignment(p.k, p.d), lambda: 1 - 1/max(2, units)}
	m.mean, m.count = make([]float64, p.k*p.d), make([]float64, p.k)
	m.adopt()
	return m
}

func (m *kmeans) adopt() {
	for k := range m.p.k {
		m.place(k, m.p.value[k*m.p.d:][:m.p.d])
	}
	m.p.publish(nil)
}

// place starts a centre at an embedding and counts it once.
func (m *kmeans) place(k int, z []float32) {
	for j, v := range z {
		m.mean[k*m.p.d+j] = float64(v)
	}
	m.count[k] = 1
}

func (m *kmeans) before(s *stepInput) {
	m.update(s.team, s.z[part.Teacher])
	s.found.note("kmeans.cosine", m.a.cosine)
}

// update assigns embeddings z [n,D] to the centres and moves those.
func (m *kmeans) update(team *team.Team, z []float32) {
	d := m.p.d
	m.a.assign(team, z, m.p.value)
	for k, n := range m.a.count {
		if n == 0 {
			continue
		}
		keep := math.Pow(m.lambda, n)
		gain := (1 - keep) / (1 - m.lambda)
		m.count[k] = float64(keep*m.count[k]) + gain
		mean := m.mean[k*d:][:d]
		for j, sum := range m.a.sum[k*d:][:d] {
			mean[j] += float64(gain / m.count[k] * (sum/n - mean[j]))
		}
		direction(m.p.value[k*d:][:d], mean)
	}
	m.p.publish(team)
}

func (m *kmeans) move(k int, z []float32) {
	m.place(k, z)
	copy(m.p.value[k*m.p.d:][:m.p.d], z)
	m.p.replaced(k)
}

// split puts a centre beside another one, with half of its count.
func (m *kmeans) split(k, from int, z []float32) {
	m.move(k, z)
	m.count[from] /= 2
	m.count[k] = m.count[from]
}

func (m *kmeans) State(prefix string) []part.Named {
	return []part.Named{part.F64Of(prefix+"mean", m.mean), part.F64Of(prefix+"count", m.count)}
}

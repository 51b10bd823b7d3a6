package learner

import (
	"protobench/internal/setting"
	"protobench/internal/team"
	"protobench/methods/part"
)

// EpochKMeans holds the keys of the [epoch-kmeans] table (defaults of Caron et al. 2020's
// DeepCluster-v2).
type EpochKMeans struct {
	Iterations int    `key:"iterations" default:"10" range:"[1,1000]" doc:"iterations of spherical k-means at the start of each epoch"`
	Start      string `key:"start" default:"data" in:"data|previous" doc:"centres that k-means starts from: random embeddings of the bank (each epoch numbers its clusters anew), or those of the epoch before"`
}

// epochKMeansPart declares [epochKMeans].
func epochKMeansPart() Declaration {
	return Declaration{
		Declaration: part.Declaration{
			Name: "epoch-kmeans", Doc: "decoupled: spherical k-means over the last epoch's teacher embeddings at each epoch's start, no gradient", Source: "Caron et al. 2020 (DeepCluster-v2)",
			Table: setting.Of[EpochKMeans]("epoch-kmeans").OwnedBy("epoch-kmeans"), Reads: moving(),
			Check: func(c part.Config) []*setting.KeyError { return ImageForEach(c, "epoch-kmeans") },
		},
		Banks: true,
		New:   func(c part.Config, _ Host, p *Prototypes) Learner { return newEpochKMeans(c, p) },
	}
}

// epochKMeans prototypes are the centroids of spherical k-means over a bank of the last epoch's
// teacher embeddings, computed at the start of each epoch and fixed while it lasts, without a
// gradient (DeepCluster-v2; Caron et al. 2020, appendix D). Clustering and training are separate
// phases: the decoupled, offline rule. A centroid that nothing is assigned to stays.
//
// The bank is a ring of as many embeddings as there are training images, those of first views in
// order of arrival: the last epoch's and, in the place of what an incomplete batch would have
// given, a few from the end of the epoch before; before the first epoch those of the warm-up.
type epochKMeans struct {
	Decoupled
	EpochKMeans
	seed uint64
	a    *Assignment
	past *Past // [Images,D]
}

func newEpochKMeans(cfg part.Config, p *Prototypes) *epochKMeans {
	return &epochKMeans{
		Decoupled: Decoupled{p}, EpochKMeans: setting.Read[EpochKMeans](cfg.Settings, "epoch-kmeans"), seed: cfg.Seed, a: NewAssignment(p.K, p.D),
		past: NewPast(max(cfg.Images, p.K), p.D),
	}
}

func (m *epochKMeans) Adopt() { m.P.Publish(nil) }

// bank stores the embeddings of one view, out of z [2·B,D]: of the first, and where there are
// several heads of the second for every other one.
func (m *epochKMeans) bank(z []float32) { m.past.Push(z[m.P.Head%2*len(z)/2:][:len(z)/2]) }

func (m *epochKMeans) Before(s *Step) {
	if s.Index%s.PerEpoch == 0 {
		m.cluster(s)
	}
	m.bank(s.Z[part.Teacher])
}

// cluster runs k-means on the bank, unless that is smaller than the number of prototypes.
func (m *epochKMeans) cluster(s *Step) {
	d, n := m.P.D, m.past.Count()
	if n < m.P.K {
		return
	}
	z := m.past.Value[:n*d]
	if m.Start == "data" {
		for k, i := range HeadStream(m.seed, "epoch-kmeans", m.P.Head, uint64(s.Index)).Perm(n)[:m.P.K] {
			copy(m.P.Value[k*d:][:d], z[i*d:])
		}
	}
	Lloyd(s.Team, m.a, m.P.Value, z, m.Iterations)
	m.P.Publish(s.Team)
	s.Found.Note("epoch-kmeans.cosine", m.a.cosine)
	s.Found.Note("epoch-kmeans.empty", float64(m.a.empty()))
}

// Lloyd runs iterations of spherical k-means (Dhillon and Modha 2001) on unit embeddings z [n,D]
// from unit centres c [K,D].
func Lloyd(team *team.Team, a *Assignment, c, z []float32, iterations int) {
	for range iterations {
		a.Assign(team, z, c)
		for k, n := range a.Count {
			if n > 0 {
				direction(c[k*a.d:][:a.d], a.Sum[k*a.d:][:a.d])
			}
		}
	}
}

func (m *epochKMeans) Move(k int, z []float32) {
	copy(m.P.Value[k*m.P.D:][:m.P.D], z)
	m.P.replaced(k)
}

func (m *epochKMeans) State(prefix string) []part.Named {
	return m.past.State(prefix)
}

// Begin fills the bank from the batches before the first step: first views, or second ones for
// every other head.
func (m *epochKMeans) Begin(_ *team.Team, first, second []float32) {
	m.past.Push([][]float32{first, second}[m.P.Head%2])
}

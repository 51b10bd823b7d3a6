package learner

import (
	"math/rand/v2"

	"protobench/internal/kernel"
	"protobench/internal/setting"
	"protobench/methods/part"
	"protobench/methods/term"
)

// Reseeder moves prototypes that nothing is assigned to any more: onto embeddings that are badly
// covered, or beside the prototype that most is assigned to. It is one rule for all learners: usage
// is the hard assignment of the teacher's embeddings by the teacher's prototypes, center off, as
// metrics count it. Badly covered places are drawn from those embeddings in proportion to their
// distance from the nearest prototype, updated after each draw (as in k-means++).
type Reseeder struct {
	below float64
	rate  float64 // of the running usage: as many embeddings as there are training images are one time constant, half an epoch
	split bool
	seed  uint64
	cos   []float32 // [2·B,K]
	mass  []float64
	row   []float32
}

// NewReseeder returns the re-seeder of a run, or nil where prototypes.reseed is off.
func NewReseeder(cfg part.Config) *Reseeder {
	s := setting.Read[Settings](cfg.Settings, "prototypes")
	if !s.Reseed {
		return nil
	}
	k, n := s.Count, 2*cfg.Train.Batch
	return &Reseeder{
		below: s.ReseedBelow, rate: min(1, float64(n)/float64(cfg.Images)), seed: cfg.Seed,
		split: s.ReseedBy == "split", cos: make([]float32, n*k), mass: make([]float64, k), row: make([]float32, k),
	}
}

// Run updates the usage by a batch of teacher embeddings and re-seeds what it left out. p's
// effective prototypes are those of this step.
func (r *Reseeder) Run(l Learner, center []float32, s *Step) {
	p, z := l.Vectors(), s.Z[part.Teacher]
	n := len(z) / p.D
	kernel.InnerProducts(s.Team, r.cos, z, p.Effective[part.Teacher], n, p.D, p.K)
	r.count(p, center, n)
	if !l.Moves(s.Epoch) {
		return
	}
	rng, far := HeadStream(r.seed, "reseed", p.Head, uint64(s.Index)), []float64(nil)
	for k := range p.K {
		if p.recent[k] >= r.below {
			continue
		}
		if r.split {
			r.divide(l, k, rng, s)
			continue
		}
		if far == nil {
			far = distances(r.cos, n, p.K)
		}
		i := draw(far, rng.Float64())
		if i < 0 {
			return
		}
		l.Move(k, z[i*p.D:][:p.D])
		cover(far, z, i, p.D)
		p.recent[k] = 1
		p.reseeds[0]++
		s.Found.Event("reseed", k)
	}
}

// splitNoise is the length of the random step that takes a split prototype off the one that it came
// from: a cosine distance of 0.005, near enough to share its embeddings and far enough to get some
// of them.
const splitNoise = 0.1

// splitter is a learner that shares out what it knows of a prototype when that is split.
type splitter interface {
	Split(k, from int, z []float32)
}

// divide moves prototype k beside the one with the largest share, of which each has half from then
// on.
func (r *Reseeder) divide(l Learner, k int, rng *rand.Rand, s *Step) {
	p, from := l.Vectors(), 0
	for c, share := range p.recent {
		if share > p.recent[from] {
			from = c
		}
	}
	z := make([]float32, p.D)
	for j := range z {
		z[j] = float32(rng.NormFloat64())
	}
	kernel.NormalizeRows(z, z, 1, p.D, nil)
	for j, c := range p.Effective[part.Teacher][from*p.D:][:p.D] {
		z[j] = c + float32(splitNoise*z[j])
	}
	kernel.NormalizeRows(z, z, 1, p.D, nil)
	if sp, ok := l.(splitter); ok {
		sp.Split(k, from, z)
	} else {
		l.Move(k, z)
	}
	p.recent[from] /= 2
	p.recent[k] = p.recent[from]
	p.reseeds[0]++
	s.Found.Event("split", k)
}

// count adds the batch's assignments to the running usage.
func (r *Reseeder) count(p *Prototypes, center []float32, n int) {
	clear(r.mass)
	row := r.row
	for i := range n {
		copy(row, r.cos[i*p.K:])
		if center != nil {
			term.Subtract(row, row, center)
		}
		r.mass[kernel.Argmax(row)]++
	}
	for k, m := range r.mass {
		p.recent[k] += float64(r.rate * (m*float64(p.K)/float64(n) - p.recent[k]))
	}
}

// distances returns 1 minus each row's largest cosine.
func distances(cosines []float32, n, k int) []float64 {
	far := make([]float64, n)
	for i := range far {
		row := cosines[i*k:][:k]
		far[i] = max(0, 1-float64(row[kernel.Argmax(row)]))
	}
	return far
}

// cover shortens distances to what is covered by embedding i.
func cover(far []float64, z []float32, i, d int) {
	for j := range far {
		far[j] = min(far[j], max(0, 1-float64(kernel.Dot(z[j*d:][:d], z[i*d:][:d]))))
	}
	far[i] = 0
}

// draw picks an index in proportion to the weights, or -1 when all are zero.
func draw(weights []float64, u float64) int {
	var total float64
	for _, w := range weights {
		total += w
	}
	u *= total
	last := -1
	for i, w := range weights {
		if w == 0 {
			continue
		}
		last = i
		if u -= w; u < 0 {
			break
		}
	}
	return last
}

package methods

import (
	"protobench/internal/kernel"
	"protobench/internal/stream"
)

// reseeder moves prototypes that nothing is assigned to any more onto embeddings that are badly covered. It is one rule for
// all learners: usage is the hard assignment of the teacher's embeddings by the teacher's prototypes, center off, as
// metrics count it, and the new places are drawn from those embeddings in proportion to their distance from
// the nearest prototype, updated after each draw (as in k-means++).
type reseeder struct {
	below float64
	rate  float64 // of the running usage: a pass over the training images is one time constant
	from  float64 // first epoch
	seed  uint64
	cos   []float32 // [2·B,K]
	mass  []float64
}

func newReseeder(cfg Config, learner string) *reseeder {
	if !cfg.Settings.Prototypes.Reseed || learner == "frozen" || learner == "hyperspherical" || isBound(learner) {
		return nil
	}
	k, n := cfg.Settings.Prototypes.Count, 2*cfg.Train.Batch
	r := &reseeder{below: cfg.Settings.Prototypes.ReseedBelow, rate: min(1, float64(n)/float64(cfg.Images)), seed: cfg.Seed}
	if learner == "joint" {
		r.from = cfg.Settings.Prototypes.Freeze
	}
	r.cos, r.mass = make([]float32, n*k), make([]float64, k)
	return r
}

// run updates the usage by a batch of teacher embeddings and re-seeds what it left out. p's effective prototypes
// are those of this step.
func (r *reseeder) run(l learner, center []float32, s *stepInput) {
	p, z := l.vectors(), s.z[Teacher]
	n := len(z) / p.d
	scores(s.team, r.cos, z, p.now[Teacher], n, p.d, p.k)
	r.count(p, center, n)
	if s.epoch < r.from {
		return
	}
	var far []float64
	rng := stream.New(r.seed, "reseed", uint64(s.step))
	for k := range p.k {
		if p.recent[k] >= r.below {
			continue
		}
		if far == nil {
			far = distances(r.cos, n, p.k)
		}
		i := draw(far, rng.Float64())
		if i < 0 {
			return
		}
		l.move(k, z[i*p.d:][:p.d])
		cover(far, z, i, p.d)
		p.recent[k] = 1
		p.reseeds[0]++
		s.event("reseed", k)
	}
}

// count adds the batch's assignments to the running usage.
func (r *reseeder) count(p *prototypes, center []float32, n int) {
	clear(r.mass)
	row := make([]float32, p.k)
	for i := range n {
		copy(row, r.cos[i*p.k:])
		if center != nil {
			subtract(row, row, center)
		}
		r.mass[kernel.Argmax(row)]++
	}
	for k, m := range r.mass {
		p.recent[k] += r.rate * (m*float64(p.k)/float64(n) - p.recent[k])
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

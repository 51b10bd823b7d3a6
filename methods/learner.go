package methods

import (
	"protobench/encoders"
	"protobench/internal/stream"
)

// learner decides how one set of prototypes changes.
type learner interface {
	vectors() *prototypes
	// params are the prototypes as parameters of the student's loss; nil where no gradient may reach them.
	params() []*encoders.Param
	// restart puts the prototypes at unit vectors, before the first step.
	restart(c []float32)
	// before runs between the teacher's forward pass and the student's; after runs once the student has stepped.
	before(s *stepInput)
	after(s *stepInput)
	stateful
}

// stepInput is what a learner sees of a step.
type stepInput struct {
	z        [2][]float32 // embeddings [2·B,D] by Branch; the student's only in after
	scores   []float32    // the student's scores [2·B,K], in after; nil where the learner has no head
	step     int
	epoch    float64
	lr       float64
	momentum float64 // of the teacher
	values   map[string]float64
	event    func(kind string, prototype int)
}

func newLearner(name string, cfg Config, o objective, d int) learner {
	start := randomPrototypes(cfg.Seed, cfg.Settings.Prototypes.Count, d)
	switch name {
	case "joint":
		return newJoint(cfg, o, start, d)
	case "gmm":
		return newGMM(cfg, start, d)
	}
	return &frozen{newPrototypes(start, cfg.Settings.Prototypes.Count, d, false)}
}

// frozen prototypes stay where they start: the control that is unique by construction.
type frozen struct{ p *prototypes }

func (f *frozen) vectors() *prototypes        { return f.p }
func (f *frozen) params() []*encoders.Param   { return nil }
func (f *frozen) restart(c []float32)         { f.p.start(c) }
func (f *frozen) before(*stepInput)           {}
func (f *frozen) after(*stepInput)            {}
func (f *frozen) state(prefix string) []Named { return f.p.state(prefix) }

// reseeder moves prototypes that nothing is assigned to any more onto embeddings that are badly covered, drawn in
// proportion to their distance from the nearest prototype (as k-means++ would). It is one setting for all learners.
type reseeder struct {
	below float64
	rate  float64 // of the running usage: a pass over the training images is one time constant
	seed  uint64
}

func newReseeder(cfg Config) *reseeder {
	if !cfg.Settings.Prototypes.Reseed {
		return nil
	}
	rate := min(1, float64(2*cfg.Train.Batch)/float64(cfg.Images))
	return &reseeder{below: cfg.Settings.Prototypes.ReseedBelow, rate: rate, seed: cfg.Seed}
}

// run updates the usage by the mass [K] that the embeddings z [n,D] gave to the prototypes, with scores [n,K] (cosines), and calls
// move for each prototype that is re-seeded.
func (r *reseeder) run(p *prototypes, mass []float64, z, cosines []float32, s *stepInput, move func(k int, z []float32)) {
	n := len(z) / p.d
	for k, m := range mass {
		p.recent[k] += r.rate * (m*float64(p.k)/float64(n) - p.recent[k])
	}
	far := distances(cosines, n, p.k)
	rng := stream.New(r.seed, "reseed", uint64(s.step))
	for k := range p.k {
		if p.recent[k] >= r.below {
			continue
		}
		i := draw(far, rng.Float64())
		if i < 0 {
			return
		}
		far[i] = 0
		move(k, z[i*p.d:][:p.d])
		p.recent[k] = 1
		p.reseeds[0]++
		s.event("reseed", k)
	}
}

// distances returns 1 minus each row's largest cosine.
func distances(cosines []float32, n, k int) []float64 {
	far := make([]float64, n)
	for i := range far {
		top := cosines[i*k]
		for _, v := range cosines[i*k:][:k] {
			top = max(top, v)
		}
		far[i] = max(0, 1-float64(top))
	}
	return far
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

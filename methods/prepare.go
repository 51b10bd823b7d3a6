package methods

import (
	"protobench/internal/stream"
)

// warmUp is the number of batches that fill the batch norms' statistics before the first step: at momentum 0.1 less than
// one percent of their start remains.
const warmUp = 50

// Prepare readies a run before its first step, for every arm alike: training-mode batches fill the statistics of
// both branches (and the running mean of a centred embedding), and prototypes start from data where
// prototypes.init asks for it: from embeddings of the first views of as many batches as K needs, in random order; with
// kmeans++ from those of all these batches. Hyperspherical prototypes settle from there, and k-means by epochs has a
// first bank to cluster.
// next returns batches of views [2·B,H,W,C].
func (t *Trainer) Prepare(next func() []float32) error {
	d, k, b := t.cfg.Encoder.Dim, t.cfg.count(), t.cfg.Train.Batch
	needed := (k + b - 1) / b
	pooled, batches := needed, max(warmUp, needed)
	if t.cfg.Settings.Prototypes.Init == "kmeans++" || t.banked() {
		pooled = batches
	}
	var pool []float32
	for i := range batches {
		copy(t.x, next())
		if err := t.runTeacher(); err != nil {
			return err
		}
		if i < pooled {
			pool = append(pool, t.project[:b*d]...)
		}
	}
	for i, s := range t.weights[Teacher].Stats {
		copy(t.weights[Student].Stats[i].Value, s.Value)
	}
	t.embedding.apply(pool, pool)
	pool = t.embedding.directions(pool, pool)
	switch t.cfg.start() {
	case "data":
		t.host.learner.vectors().start(pick(pool[:needed*b*d], stream.New(t.cfg.Seed, "prototypes", 1).Perm(needed * b)[:k], d))
	case "kmeans++":
		t.host.learner.vectors().start(pick(pool, plusPlus(t.cfg.Team, pool, d, k, stream.New(t.cfg.Seed, "prototypes", 2)), d))
	}
	for _, a := range append([]*arm{t.host}, t.observers...) {
		for _, l := range parts(a.learner) {
			switch l := l.(type) {
			case *hyperspherical:
				l.settle()
			case *epochKMeans:
				l.store(pool)
			}
		}
		a.learner.adopt()
	}
	return nil
}

// banked reports whether a learner clusters embeddings from before the first step.
func (t *Trainer) banked() bool {
	for _, a := range append([]*arm{t.host}, t.observers...) {
		for _, l := range parts(a.learner) {
			if _, ok := l.(*epochKMeans); ok {
				return true
			}
		}
	}
	return false
}

// pick copies rows of x [n,d].
func pick(x []float32, rows []int, d int) []float32 {
	out := make([]float32, len(rows)*d)
	for i, r := range rows {
		copy(out[i*d:], x[r*d:][:d])
	}
	return out
}

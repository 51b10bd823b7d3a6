package methods

import (
	"protobench/internal/stream"
)

// warmUp is the number of batches that fill the batch norms' statistics before the first step: at momentum 0.1 less than
// one percent of their start remains.
const warmUp = 50

// Prepare readies a run before its first step, for every arm alike: training-mode batches fill the statistics of
// both branches (and the running mean of a centred embedding), and prototypes start from data where
// prototypes.init asks for it: from embeddings of the first views of as many batches as K needs, in random order.
// Hyperspherical prototypes settle from there.
// next returns batches of views [2·B,H,W,C].
func (t *Trainer) Prepare(next func() []float32) error {
	d, k, b := t.cfg.Encoder.Dim, t.cfg.Settings.Prototypes.Count, t.cfg.Train.Batch
	pooled := (k + b - 1) / b
	var pool []float32
	for i := range max(warmUp, pooled) {
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
	if t.cfg.startsFromData() {
		t.startFromData(pool)
	}
	for _, a := range append([]*arm{t.host}, t.observers...) {
		if h, ok := a.learner.(*hyperspherical); ok {
			h.settle()
		}
	}
	return nil
}

// startFromData puts the prototypes at K of the projections in pool, in random order.
func (t *Trainer) startFromData(pool []float32) {
	d, k := t.cfg.Encoder.Dim, t.cfg.Settings.Prototypes.Count
	t.embedding.apply(pool, pool)
	start := make([]float32, k*d)
	for i, j := range stream.New(t.cfg.Seed, "prototypes", 1).Perm(len(pool) / d)[:k] {
		copy(start[i*d:], pool[j*d:][:d])
	}
	start = t.embedding.directions(start, start)
	t.host.learner.restart(start)
}

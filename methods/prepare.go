package methods

import (
	"slices"

	"protobench/encoders"
	"protobench/methods/learner"
	"protobench/methods/objective"
	"protobench/methods/part"
)

// warmUp is the number of batches before the first step.
const warmUp = encoders.StatisticBatches

// Prepare readies a run before its first step, for every arm alike: training-mode batches fill the
// statistics of both branches (and the running mean of a centred embedding), and prototypes start
// from data where prototypes.init asks for it: from embeddings of the first views of as many
// batches as K needs, in random order; with kmeans++ from those of all these batches.
// Hyperspherical prototypes settle from there, and k-means by epochs has a first bank to cluster.
// An objective that surveys the images runs at least one epoch's batches. next returns batches of
// views [2·B,H,W,C], those of the first steps in their order.
func (t *Trainer) Prepare(next func() []float32) error {
	k, b := count(t.cfg, t.host.traits), t.cfg.Train.Batch
	needed := (k + b - 1) / b
	pools, err := t.fillStatistics(next, needed)
	if err != nil {
		return err
	}
	for i, s := range t.weights[part.Teacher].Stats {
		copy(t.weights[part.Student].Stats[i].Value, s.Value)
	}
	for i, pool := range pools {
		t.embedding.apply(pool, pool)
		pools[i] = t.embedding.directions(pool, pool)
	}
	for _, l := range t.host.learners {
		l.Vectors().StartFrom(t.cfg.Team, initialisation(t.cfg), pools[0], needed*b, t.cfg.Seed)
	}
	t.handOver(pools)
	return nil
}

// fillStatistics runs the batches before the first step, of which a start from data needs some. It
// pools the teacher's projections of first and second views that something starts from: the second
// ones are for every other head of k-means by epochs alone.
func (t *Trainer) fillStatistics(next func() []float32, needed int) (pools [2][]float32, err error) {
	n := t.cfg.Train.Batch * t.cfg.Encoder.Dim
	batches := max(warmUp, needed)
	pooled := t.pooled(needed, batches)
	first, surveys := t.host.objective.(objective.Surveyor)
	if surveys {
		batches = max(batches, t.cfg.StepsPerEpoch)
	}
	for i := range batches {
		copy(t.x, next())
		if err := t.runTeacher(); err != nil {
			return pools, err
		}
		if surveys && i < t.cfg.StepsPerEpoch {
			first.Survey(i, t.z[part.Teacher])
		}
		for view := range pools {
			if i < pooled[view] {
				pools[view] = append(pools[view], t.project[view*n:][:n]...)
			}
		}
	}
	return pools, nil
}

// pooled is how many of the first batches' first and second views something starts from.
func (t *Trainer) pooled(needed, batches int) [2]int {
	switch banked, from := t.banked(), initialisation(t.cfg); {
	case banked && len(t.host.learners) > 1:
		return [2]int{batches, batches}
	case banked || from == "kmeans++":
		return [2]int{batches, 0}
	case from == "data":
		return [2]int{needed, 0}
	}
	return [2]int{}
}

// handOver gives every learner its prototypes as they start, and what it takes from the pools of
// first and second views.
func (t *Trainer) handOver(pools [2][]float32) {
	for _, a := range append([]*arm{t.host}, t.observers...) {
		for _, l := range a.learners {
			if b, ok := l.(learner.Beginner); ok {
				b.Begin(t.cfg.Team, pools[0], pools[1])
			}
			l.Adopt()
		}
	}
}

// banked reports whether a learner clusters embeddings from before the first step.
func (t *Trainer) banked() bool {
	c := t.cfg.Composition
	return slices.ContainsFunc(append(c.Learners(), c.Observers...), func(name string) bool {
		l, _ := learner.Find(name)
		return l.Banks
	})
}

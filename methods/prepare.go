package methods

import "protobench/encoders"

// warmUp is the number of batches before the first step.
const warmUp = encoders.StatisticBatches

// Prepare readies a run before its first step, for every arm alike: training-mode batches fill the statistics of
// both branches (and the running mean of a centred embedding), and prototypes start from data where
// prototypes.init asks for it: from embeddings of the first views of as many batches as K needs, in random order; with
// kmeans++ from those of all these batches. Hyperspherical prototypes settle from there, and k-means by epochs has a
// first bank to cluster.
// Self-labelling runs at least one epoch's batches for its first labels.
// next returns batches of views [2·B,H,W,C], those of the first steps in their order.
func (t *Trainer) Prepare(next func() []float32) error {
	k, b := t.cfg.count(), t.cfg.Train.Batch
	needed := (k + b - 1) / b
	pools, err := t.warm(next, needed)
	if err != nil {
		return err
	}
	for i, s := range t.weights[Teacher].Stats {
		copy(t.weights[Student].Stats[i].Value, s.Value)
	}
	for i, pool := range pools {
		t.embedding.apply(pool, pool)
		pools[i] = t.embedding.directions(pool, pool)
	}
	for _, l := range t.host.heads() {
		t.place(l.vectors(), pools[0], needed*b)
	}
	t.hand(pools)
	return nil
}

// warm runs the batches before the first step, of which a start from data needs some. It pools the teacher's projections of first and
// second views that something starts from: the second ones are for every other head of k-means by epochs alone.
func (t *Trainer) warm(next func() []float32, needed int) (pools [2][]float32, err error) {
	n := t.cfg.Train.Batch * t.cfg.Encoder.Dim
	pooled, batches := [2]int{}, max(warmUp, needed)
	switch banked, from := t.banked(), t.cfg.start(); {
	case banked && t.cfg.Heads() > 1:
		pooled = [2]int{batches, batches}
	case banked || from == "kmeans++":
		pooled[0] = batches
	case from == "data":
		pooled[0] = needed
	}
	first, _ := t.host.objective.(*sela)
	if first != nil { // its first labels need every image's embedding
		batches = max(batches, t.cfg.StepsPerEpoch)
	}
	for i := range batches {
		copy(t.x, next())
		if err := t.runTeacher(); err != nil {
			return pools, err
		}
		if first != nil && i < t.cfg.StepsPerEpoch {
			first.bank.record(i, t.z[Teacher])
		}
		for view := range pools {
			if i < pooled[view] {
				pools[view] = append(pools[view], t.project[view*n:][:n]...)
			}
		}
	}
	return pools, nil
}

// hand gives every learner its prototypes as they start, and what it takes from the pools of first and second views.
func (t *Trainer) hand(pools [2][]float32) {
	for _, a := range append([]*arm{t.host}, t.observers...) {
		for _, l := range a.heads() {
			for _, part := range parts(l) {
				switch part := part.(type) {
				case *hyperspherical:
					part.settle()
				case *epochKMeans:
					part.store(pools[part.p.head%2])
				}
			}
			l.adopt()
			if c, ok := l.(*classifier); ok {
				c.label(t.cfg.Team)
			}
		}
	}
}

// place starts the prototypes of one head where prototypes.init says: at embeddings of the first n of a pool, or of all of
// it.
func (t *Trainer) place(p *prototypes, pool []float32, n int) {
	switch t.cfg.start() {
	case "data":
		p.start(pick(pool[:n*p.d], headStream(t.cfg.Seed, "prototypes", p.head, 1).Perm(n)[:p.k], p.d))
	case "kmeans++":
		p.start(pick(pool, plusPlus(t.cfg.Team, pool, p.d, p.k, headStream(t.cfg.Seed, "prototypes", p.head, 2)), p.d))
	}
}

// banked reports whether a learner clusters embeddings from before the first step.
func (t *Trainer) banked() bool {
	for _, a := range append([]*arm{t.host}, t.observers...) {
		for _, l := range parts(a.learner) { // each head has the same
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

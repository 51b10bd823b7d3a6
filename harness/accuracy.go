package harness

import (
	"context"

	"protobench/datasets"
	"protobench/metrics"
)

// frozen holds one branch's backbone features.
type frozen struct {
	train metrics.Matrix // of the images that arms are trained on
	probe metrics.Matrix // of those that probes learn from, which differ from train where it has a long tail
	test  metrics.Matrix
}

// freeze extracts the features of all splits, and the embeddings of the training images.
func (b *batches) freeze(ctx context.Context, set *datasets.Set, f extractor) (x frozen, embedding metrics.Matrix, err error) {
	if x.train, embedding, err = b.extract(ctx, &set.Train, set.Train.Len(), f); err != nil {
		return x, embedding, err
	}
	if !set.ProbesApart() {
		x.probe = x.train
	} else if x.probe, _, err = b.extract(ctx, &set.Probe, set.Probe.Len(), f); err != nil {
		return x, embedding, err
	}
	x.test, _, err = b.extract(ctx, &set.Test, set.Test.Len(), f)
	return x, embedding, err
}

// accuracies measures features by k-NN and linear probe, on classes and on fine labels, and on long-tailed sets for
// classes that training saw often, less often and rarely. name is the branch.
func (g *gauge) accuracies(ctx context.Context, x frozen, set *datasets.Set, name string, seed uint64) error {
	at := "@backbone." + name
	tallies, err := g.probes(ctx, x, set.Probe.Labels, set.Test.Labels, set.Classes, at, seed)
	if err != nil {
		return err
	}
	if set.Tailed() {
		for _, p := range tallies {
			g.tails(p, set.Train.Counts(set.Classes), at)
		}
	}
	if set.FineClasses == 0 {
		const none = "the data set has no fine labels"
		g.maybe("knn20_t0.07_fine"+at, 0, false, none)
		g.maybe("linear_fine"+at, 0, false, none)
		return nil
	}
	_, err = g.probes(ctx, x, set.Probe.Fine, set.Test.Fine, set.FineClasses, "_fine"+at, seed)
	return err
}

// probed is a probe's right predictions by class.
type probed struct {
	name      string
	tally     metrics.Tally
	undefined string
}

// probes runs both probes. It gives up in the midst of either when ctx ends, since each may take minutes.
func (g *gauge) probes(ctx context.Context, x frozen, trainY, testY []int, classes int, suffix string, seed uint64) ([]probed, error) {
	stop := func() bool { return ctx.Err() != nil }
	knn := metrics.KNN(g.team, x.probe, trainY, x.test, testY, metrics.KNNOptions{K: 20, Tau: 0.07, Classes: classes, Stop: stop})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	g.maybe("knn20_t0.07"+suffix, knn.Accuracy, knn.Undefined == "", knn.Undefined)
	g.warn("knn20_t0.07"+suffix, knn.Warnings)
	linear := metrics.Linear(g.team, x.probe, trainY, x.test, testY, metrics.LinearOptions{Classes: classes, Seed: seed, Stop: stop})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	g.maybe("linear"+suffix, linear.Accuracy, linear.Undefined == "", linear.Undefined)
	g.warn("linear"+suffix, linear.Warnings)
	return []probed{{"knn20_t0.07", knn.PerClass, knn.Undefined}, {"linear", linear.PerClass, linear.Undefined}}, nil
}

// tails notes a probe's mean class accuracies over the thirds of the classes by their number of training images.
func (g *gauge) tails(p probed, trained []int, at string) {
	thirds, ok := metrics.TailOf(trained)
	for _, part := range []struct {
		name    string
		classes []int
	}{{"_head", thirds.Head}, {"_medium", thirds.Medium}, {"_tail", thirds.Tail}} {
		key := p.name + part.name + at
		switch {
		case p.undefined != "":
			g.maybe(key, 0, false, p.undefined)
		case !ok:
			g.maybe(key, 0, false, "needs three classes or more, with different numbers of training images")
		default:
			v, tested := p.tally.Mean(part.classes)
			g.maybe(key, v, tested, "none of these classes has test images")
		}
	}
}

package harness

import (
	"protobench/datasets"
	"protobench/metrics"
)

// frozen holds one branch's backbone features of both splits.
type frozen struct{ train, test metrics.Matrix }

func (b *batches) freeze(set *datasets.Set, f extractor) (x frozen, embedding metrics.Matrix, err error) {
	if x.train, embedding, err = b.extract(&set.Train, set.Train.Len(), f); err != nil {
		return x, embedding, err
	}
	x.test, _, err = b.extract(&set.Test, set.Test.Len(), f)
	return x, embedding, err
}

// accuracies measures features by k-NN and linear probe, on classes and on fine labels. name is the branch.
func (g *gauge) accuracies(x frozen, set *datasets.Set, name string, seed uint64) {
	g.probes(x, set.Train.Labels, set.Test.Labels, set.Classes, "@backbone."+name, seed)
	if set.FineClasses == 0 {
		const none = "the data set has no fine labels"
		g.maybe("knn20_t0.07_fine@backbone."+name, 0, false, none)
		g.maybe("linear_fine@backbone."+name, 0, false, none)
		return
	}
	g.probes(x, set.Train.Fine, set.Test.Fine, set.FineClasses, "_fine@backbone."+name, seed)
}

func (g *gauge) probes(x frozen, trainY, testY []int, classes int, suffix string, seed uint64) {
	knn := metrics.KNN(x.train, trainY, x.test, testY, metrics.KNNOptions{K: 20, Tau: 0.07, Classes: classes})
	g.maybe("knn20_t0.07"+suffix, knn.Accuracy, knn.Undefined == "", knn.Undefined)
	linear := metrics.Linear(x.train, trainY, x.test, testY, metrics.LinearOptions{Classes: classes, Seed: seed})
	g.maybe("linear"+suffix, linear.Accuracy, linear.Undefined == "", linear.Undefined)
	g.warn("knn20_t0.07"+suffix, knn.Warnings)
	g.warn("linear"+suffix, linear.Warnings)
}

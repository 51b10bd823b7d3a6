package harness

import "fmt"

// Epsilons are the cosine distances at which unique prototypes are counted
// (Arteaga et al. 2025, figure 3).
var Epsilons = [...]float64{0.025, 0.05, 0.1, 0.25, 0.5}

// Metric describes a metric that results carry. The key names its protocol.
type Metric struct {
	Key    string `json:"key"`
	Doc    string `json:"doc"`
	Source string `json:"source"`
}

// MetricList returns every metric key a result may hold, in the order of tables.
func MetricList() []Metric {
	var list []Metric
	for _, eps := range Epsilons {
		list = append(list,
			Metric{fmt.Sprintf("unique@%v", eps), "prototypes left by a greedy cover at this cosine distance", "Arteaga et al. 2025, definition 2.1"},
			Metric{fmt.Sprintf("unique_centred@%v", eps), "the same after the prototypes' mean is taken off", "a common offset changes no softmax"},
			Metric{fmt.Sprintf("unique@%v.student", eps), "unique among the student's own prototypes, where it has its own", "Arteaga et al. 2025, definition 2.1"},
			Metric{fmt.Sprintf("live_unique@%v", eps), "unique among prototypes with at least 5 % of their fair share of training images", "headline: unique and in use"})
	}
	return append(append(list, plainMetrics()...), tailMetrics()...)
}

// tailMetrics stand in the results of long-tailed runs alone.
func tailMetrics() []Metric {
	var list []Metric
	for _, part := range []struct{ key, doc string }{{"head", "most"}, {"medium", "middle"}, {"tail", "least"}} {
		doc := "long-tailed runs: mean class accuracy over the third of the classes with the " + part.doc + " training images"
		for _, b := range []string{"teacher", "student"} {
			list = append(list,
				Metric{fmt.Sprintf("linear_%s@backbone.%s", part.key, b), doc, "probe trained on the balanced images"},
				Metric{fmt.Sprintf("knn20_t0.07_%s@backbone.%s", part.key, b), doc, "neighbours among the balanced images"})
		}
	}
	return list
}

func plainMetrics() []Metric {
	return []Metric{
		{"used", "prototypes that at least one training image is assigned to", "hard argmax of the learner's scores"},
		{"dead", "share of prototypes that are not live", "hard argmax of the learner's scores"},
		{"usage_perplexity", "exp of the entropy of the assignments", "natural logarithm"},
		{"grouped_perplexity", "the same over groups of duplicates (0.025): prototypes in use and distinct", "needs no threshold on usage"},
		{"prototype_mean_norm", "norm of the mean of the unit prototypes; 1 when all point one way", "offset check"},
		{"effective_rank.prototypes", "exp of the entropy of the singular values of the prototypes", "Roy and Vetterli 2007"},
		{"displacement", "mean cosine distance of the prototypes from their start", ""},
		{"path", "mean angle turned by the prototypes so far, radians", ""},
		{"drift", "the part of the path of the last whole epoch, radians", ""},
		{"reseeds", "prototypes re-seeded or split so far", ""},
		{"loss", "the objective's loss, mean since the last measurement", ""},
		{"rankme.features.teacher", "RankMe of the teacher's backbone features on the training images, the first 25,600 where there are more", "Garrido et al. 2023"},
		{"rankme.features.student", "the same for the student", "Garrido et al. 2023"},
		{"feature_std.teacher", "standard deviation of the teacher's L2-normalised backbone features × √dimension; 0 when all are equal", "Chen and He 2021"},
		{"linear@backbone.teacher", "test accuracy of a logistic regression on frozen features, trained on the balanced images", "L2 chosen on 20 % of its training images"},
		{"linear@backbone.student", "the same for the student", ""},
		{"linear_fine@backbone.teacher", "the same on fine labels", ""},
		{"linear_fine@backbone.student", "the same on fine labels for the student", ""},
		{"knn20_t0.07@backbone.teacher", "test accuracy of weighted k-NN, k 20, temperature 0.07", "Caron et al. 2021"},
		{"knn20_t0.07@backbone.student", "the same for the student", ""},
		{"knn20_t0.07_fine@backbone.teacher", "the same on fine labels", ""},
		{"knn20_t0.07_fine@backbone.student", "the same on fine labels for the student", ""},
		{"nmi", "normalised mutual information of assignments and classes on training images", "arithmetic mean; grows with the number of used prototypes"},
	}
}

func metricNames() []string {
	list := MetricList()
	names := make([]string, len(list))
	for i, m := range list {
		names[i] = m.Key
	}
	return names
}

package metrics

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"protobench/internal/golden"
	"protobench/metrics/internal/fixture"
	"protobench/metrics/matrix"
)

func intsAt(t *testing.T, m map[string]any, path ...string) []int {
	t.Helper()
	return golden.Ints(golden.At(t, m, path...))
}

func numberAt(t *testing.T, m map[string]any, path ...string) float64 {
	t.Helper()
	return golden.Floats(golden.At(t, m, path...))[0]
}

func mustOK[T any](t *testing.T, what string) func(T, bool) T {
	return func(v T, ok bool) T {
		t.Helper()
		if !ok {
			t.Errorf("%s: undefined", what)
		}
		return v
	}
}

// numbered is a key of a golden file that ends in a number, and perhaps a remark.
type numbered struct {
	key    string
	number float64
}

// keysOf are the keys of an object that have the prefix and then a number, at least one.
func keysOf(t *testing.T, object any, prefix string) []numbered {
	t.Helper()
	var out []numbered
	for key := range object.(map[string]any) {
		rest, ok := strings.CutPrefix(key, prefix)
		if !ok {
			continue
		}
		text, _, _ := strings.Cut(rest, "_")
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatalf("golden key %s: %v", key, err)
		}
		out = append(out, numbered{key, v})
	}
	if len(out) == 0 {
		t.Fatalf("golden: no key %s…", prefix)
	}
	return out
}

func check(t *testing.T, f *golden.File, what string, got float64, path ...string) {
	t.Helper()
	golden.Check(t, f, what, []float64{got}, golden.At(t, f.Expected, path...))
}

func TestGoldenUnique(t *testing.T) {
	t.Run("unique_prototypes", func(t *testing.T) {
		f := golden.Load(t, "unique_prototypes")
		p, counts := fixture.MatrixAt(t, f.Inputs, "prototypes"), intsAt(t, f.Inputs, "usage_counts")
		eps := golden.Floats(golden.At(t, f.Params, "eps"))
		n, taken, presence := 0, 0, make([]int, len(counts)) // the file's live ones are those that are taken at all
		for k, c := range counts {
			n += c
			presence[k] = min(c, 1)
			taken += presence[k]
		}
		covers, live := Covers(nil, p, eps), LiveCovers(nil, p, presence, taken, eps)
		back := Covers(nil, reversed(p), eps)
		for i, e := range eps {
			key := fmt.Sprint(e)
			c := covers[i]
			fixture.Equal(t, key, c, Unique(p, e))
			fixture.Equal(t, key+" unique", c.Count(), int(numberAt(t, f.Expected, "eps", key, "unique")))
			fixture.Equal(t, key+" representatives", c.Representatives, intsAt(t, f.Expected, "eps", key, "representatives"))
			fixture.Equal(t, key+" owner", c.Owner, intsAt(t, f.Expected, "eps", key, "owner"))
			fixture.Equal(t, key+" sizes", c.Sizes(), intsAt(t, f.Expected, "eps", key, "group_sizes"))
			fixture.Equal(t, key+" reversed", mirrored(back[i].Representatives, p.Rows), intsAt(t, f.Expected, "eps", key, "representatives_reversed_order"))
			fixture.Equal(t, key+" live", live[i].Representatives, intsAt(t, f.Expected, "eps", key, "live_representatives"))
			fixture.Equal(t, key+" live count", LiveUnique(p, presence, taken, e).Count(), int(numberAt(t, f.Expected, "eps", key, "live_unique")))
			check(t, f, key+" grouped perplexity", mustOK[float64](t, key)(GroupedPerplexity(counts, c.Owner)), "eps", key, "grouped_perplexity")
		}
		near := NearestOf(nil, p)
		golden.Check(t, f, "nearest", near.Cosine, golden.At(t, f.Expected, "nearest_neighbour_cosine"))
		s := mustOK[Summary](t, "nearest")(near.Summary())
		check(t, f, "nearest mean", s.Mean, "nearest_neighbour_cosine_mean")
		check(t, f, "nearest median", s.Median, "nearest_neighbour_cosine_median")
		check(t, f, "perplexity", mustOK[Usage](t, "usage")(UsageOf(counts, n)).Perplexity, "perplexity")
	})
	t.Run("unique_prototypes_boundary", func(t *testing.T) {
		f := golden.Load(t, "unique_prototypes_boundary")
		p, eps := fixture.MatrixAt(t, f.Inputs, "prototypes"), golden.Floats(golden.At(t, f.Params, "eps"))
		for i, c := range Covers(nil, p, eps) {
			key := fmt.Sprint(eps[i])
			fixture.Equal(t, key+" representatives", c.Representatives, intsAt(t, f.Expected, key, "representatives"))
			fixture.Equal(t, key+" owner", c.Owner, intsAt(t, f.Expected, key, "owner"))
		}
		for _, e := range eps {
			fixture.Equal(t, "single", Unique(p.Pick([]int{0}), e).Count(), int(numberAt(t, f.Expected, "single_prototype_unique")))
			fixture.Equal(t, "equal", Unique(p.Pick(make([]int, 5)), e).Count(), int(numberAt(t, f.Expected, "five_equal_unique")))
		}
	})
}

func reversed(p matrix.Matrix) matrix.Matrix {
	order := make([]int, p.Rows)
	for i := range order {
		order[i] = p.Rows - 1 - i
	}
	return p.Pick(order)
}

func mirrored(rows []int, n int) []int {
	out := make([]int, len(rows))
	for i, r := range rows {
		out[i] = n - 1 - r
	}
	return out
}

func TestGoldenUsage(t *testing.T) {
	t.Run("metrics_usage", func(t *testing.T) {
		f := golden.Load(t, "metrics_usage")
		p := fixture.MatrixAt(t, f.Inputs, "probabilities")
		s := mustOK[SoftUsage](t, "soft")(SoftUsageOf(p))
		golden.Check(t, f, "mean", s.Mean, golden.At(t, f.Expected, "mean_probability"))
		check(t, f, "marginal entropy", s.MarginalEntropy, "marginal_entropy")
		check(t, f, "perplexity", s.Perplexity, "perplexity")
		check(t, f, "sample entropy", s.SampleEntropy, "mean_sample_entropy")
		check(t, f, "mutual information", s.MutualInformation, "mutual_information")
		check(t, f, "dead soft", s.below(numberAt(t, f.Params, "dead_soft_threshold_over_K")), "dead_soft_fraction")
		fixture.Equal(t, "distinct", s.Distinct, int(numberAt(t, f.Expected, "distinct_argmax")))
		hard := Assign(p)
		fixture.Equal(t, "assignment", hard, intsAt(t, f.Expected, "hard_assignment"))
		counts := Counts(hard, p.Cols)
		fixture.Equal(t, "counts", counts, intsAt(t, f.Expected, "hard_counts"))
		u := mustOK[Usage](t, "hard")(UsageOf(counts, p.Rows))
		check(t, f, "hard perplexity", u.Perplexity, "hard_perplexity")
		check(t, f, "dead hard", u.Empty, "dead_hard_fraction")
	})
}

func TestGoldenSpectrum(t *testing.T) {
	t.Run("metrics_spectrum", func(t *testing.T) {
		f := golden.Load(t, "metrics_spectrum")
		for name := range f.Inputs {
			x := fixture.MatrixAt(t, f.Inputs, name)
			s := mustOK[[]float64](t, name)(SingularValues(x))
			golden.Check(t, f, name+" singular values", s, golden.At(t, f.Expected, name, "singular_values"))
			check(t, f, name+" effective rank", mustOK[float64](t, name)(EffectiveRank(s)), name, "effective_rank")
			for _, k := range keysOf(t, f.Expected[name], "rankme_eps") {
				check(t, f, name+" "+k.key, mustOK[float64](t, name)(RankMe(s, k.number)), name, k.key)
			}
			if want, ok := f.Expected[name].(map[string]any)["covariance_eigenvalues"]; ok {
				golden.Check(t, f, name+" covariance", mustOK[[]float64](t, name)(CovarianceEigenvalues(x)), want)
			}
		}
	})
}

func TestGoldenUniformity(t *testing.T) {
	t.Run("metrics_uniformity", func(t *testing.T) {
		f := golden.Load(t, "metrics_uniformity")
		a, b := fixture.MatrixAt(t, f.Inputs, "z_a"), fixture.MatrixAt(t, f.Inputs, "z_b")
		value := mustOK[float64](t, "uniformity")
		for _, k := range keysOf(t, f.Expected, "alignment_alpha") {
			check(t, f, k.key, value(Alignment(a, b, k.number)), k.key)
		}
		for prefix, z := range map[string]matrix.Matrix{"uniformity_a_t": a, "uniformity_b_t": b} {
			for _, k := range keysOf(t, f.Expected, prefix) {
				check(t, f, k.key, value(Uniformity(nil, z, k.number)), k.key)
			}
		}
		check(t, f, "std", value(FeatureStd(a)), "std_check", "mean_feature_std")
	})
}

func TestGoldenAgreement(t *testing.T) {
	t.Run("metrics_clustering", func(t *testing.T) {
		f := golden.Load(t, "metrics_clustering")
		for name := range f.Inputs {
			a := mustOK[Agreement](t, name)(Agree(intsAt(t, f.Inputs, name, "classes"), intsAt(t, f.Inputs, name, "clusters")))
			for key, got := range map[string]float64{"nmi": a.NMI, "ami": a.AMI, "ari": a.ARI, "homogeneity": a.Homogeneity,
				"completeness": a.Completeness, "v_measure": a.VMeasure, "purity": a.Purity,
				"mutual_information": a.MutualInformation, "entropy_classes": a.EntropyClasses, "entropy_clusters": a.EntropyClusters} {
				check(t, f, name+" "+key, got, name, key)
			}
		}
	})
}

func TestGoldenSilhouette(t *testing.T) {
	t.Run("metrics_silhouette", func(t *testing.T) {
		f := golden.Load(t, "metrics_silhouette")
		x, y := fixture.MatrixAt(t, f.Inputs, "points"), intsAt(t, f.Inputs, "labels")
		for name, cosine := range map[string]bool{"euclidean": false, "cosine": true} {
			samples, mean, ok := Silhouette(x, y, cosine)
			if !ok {
				t.Fatal("undefined")
			}
			golden.Check(t, f, name, samples, golden.At(t, f.Expected, name, "samples"))
			check(t, f, name+" mean", mean, name, "mean")
		}
	})
}

func TestGoldenLiDAR(t *testing.T) {
	t.Run("metrics_lidar", func(t *testing.T) {
		f := golden.Load(t, "metrics_lidar")
		x := fixture.MatrixAt(t, f.Inputs, "embeddings")
		l := mustOK[LiDARResult](t, "lidar")(LiDAR(x, int(numberAt(t, f.Params, "samples_per_class")),
			numberAt(t, f.Params, "delta"), numberAt(t, f.Params, "epsilon")))
		check(t, f, "lidar", l.Value, "lidar")
		check(t, f, "entropy", l.Entropy, "entropy")
		check(t, f, "top", l.Top, "top_eigenvalue")
	})
}

func TestGoldenKNN(t *testing.T) {
	t.Run("metrics_knn", func(t *testing.T) {
		f := golden.Load(t, "metrics_knn")
		train, test := fixture.MatrixAt(t, f.Inputs, "train_features"), fixture.MatrixAt(t, f.Inputs, "test_features")
		trainY, testY := intsAt(t, f.Inputs, "train_labels"), intsAt(t, f.Inputs, "test_labels")
		nearest := keysOf(t, f.Expected, "neighbours_top")[0]
		near := neighbours(nil, train.Normalised(), test.Normalised(), int(nearest.number), nil)
		var index []int
		var cosine []float32
		for _, l := range near {
			for _, n := range l {
				index, cosine = append(index, n.index), append(cosine, n.cosine)
			}
		}
		fixture.Equal(t, "neighbours", index, intsAt(t, f.Expected, nearest.key))
		golden.Check(t, f, "similarities", cosine, golden.At(t, f.Expected, keysOf(t, f.Expected, "similarities_top")[0].key))
		classes := int(numberAt(t, f.Params, "classes"))
		for _, k := range golden.Ints(golden.At(t, f.Params, "k")) {
			key := fmt.Sprintf("k%d", k)
			r := KNN(nil, train, trainY, test, testY, KNNOptions{K: k, Tau: numberAt(t, f.Params, "T"), Classes: classes, Scores: true})
			fixture.Equal(t, key+" predictions", r.Predictions, intsAt(t, f.Expected, "predictions", key))
			check(t, f, key+" accuracy", 100*r.Accuracy, "accuracy_percent", key)
			golden.Check(t, f, key+" scores", r.Scores.Data, golden.At(t, f.Expected, "class_scores", key))
		}
	})
}

func TestGoldenLinear(t *testing.T) {
	t.Run("metrics_linear", func(t *testing.T) {
		f := golden.Load(t, "metrics_linear")
		train, test := fixture.MatrixAt(t, f.Inputs, "train_features"), fixture.MatrixAt(t, f.Inputs, "test_features")
		trainY, testY := intsAt(t, f.Inputs, "train_labels"), intsAt(t, f.Inputs, "test_labels")
		classes := int(numberAt(t, f.Params, "classes"))
		for _, c := range golden.Floats(golden.At(t, f.Params, "C")) {
			key, o := fmt.Sprintf("C%g", c), LinearOptions{Classes: classes, L2: []float64{1 / (c * float64(train.Rows))}}
			r := Linear(nil, train, trainY, test, testY, o)
			check(t, f, key+" test accuracy", 100*r.Accuracy, key, "test_accuracy_percent")
			fixture.Equal(t, key+" predictions", r.Predictions, intsAt(t, f.Expected, key, "predictions"))
			self := Linear(nil, train, trainY, train, trainY, o)
			check(t, f, key+" train accuracy", 100*self.Accuracy, key, "train_accuracy_percent")
		}
	})
}

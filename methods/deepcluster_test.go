package methods

import (
	"slices"
	"testing"

	"protobench/encoders"
	"protobench/encoders/graph"
	"protobench/internal/golden"
	"protobench/methods/part"

	G "gorgonia.org/gorgonia"
)

// TestGoldenDeepCluster checks the loss of both heads against centroids and labels of a finished k-means.
func TestGoldenDeepCluster(t *testing.T) {
	t.Run("deepcluster_kmeans", func(t *testing.T) {
		f := golden.Load(t, "deepcluster_kmeans")
		s := golden.Shape(f.Inputs["features"])
		v := views{images: s[1], global: int(num(t, f.Params, "global_crops")), crops: s[0]}
		g := G.NewGraph()
		x := graph.Input(g, "features", golden.Float32s(f.Inputs["features"]), v.crops*v.images, s[2])
		z := node(t)(encoders.Normalize(x))
		var terms []*G.Node
		for _, name := range []string{"head0", "head1"} {
			c := golden.Float32s(golden.At(t, f.Expected, "centroids", name))
			k := len(c) / s[2]
			labels := golden.Ints(golden.At(t, f.Expected, "assignments_by_image", name))
			o := newDeepCluster(DeepCluster{Targets: "teacher", Heads: 1}, v, k)
			h := newHead(o, Traits{Targets: part.Teacher}, v, k, num(t, f.Params, "temperature"), false)
			h.Input.scores = make([]float32, v.global*v.images*k)
			for row := range v.global * v.images {
				h.Input.scores[row*k+labels[golden.Ints(f.Inputs["batch_index"])[row%v.images]]] = 1
			}
			terms = append(terms, node(t)(h.build(z, nil, node(t)(graph.StopGradient(graph.Input(g, name, c, k, s[2]))))))
		}
		loss := node(t)(graph.Sum([]float32{0.5, 0.5}, terms...))
		p, grads := run(t, g, loss, x)
		golden.Check(t, f, "loss", p.Value(loss), f.Expected["loss"])
		golden.Check(t, f, "grad_features", p.Value(grads[0]), f.Expected["grad_features"])
	})
}

// TestDeepClusterGradient has the objective with every kind of learner that a gradient can reach.
func TestDeepClusterGradient(t *testing.T) {
	for _, by := range []string{"prototypes", "encoder"} {
		cfg := testConfig(t, "deepcluster-v2")
		cfg.Composition.Learner = "joint"
		cfg.Settings.MustSet("prototypes.init", "data")
		checkGradient(t, start(t, cfg), batches(cfg)(), by)
	}
}

// TestDeepClusterLabels checks that labels are the target branch's nearest prototypes and that the two branches give different ones.
func TestDeepClusterLabels(t *testing.T) {
	labels := map[string][]float32{}
	for _, branch := range []string{"student", "teacher"} {
		cfg := testConfig(t, "deepcluster-v2")
		cfg.Train.LR = 0.1
		cfg.Settings.MustSet("deepcluster.targets", branch)
		tr := start(t, cfg)
		steps(t, tr, batches(cfg), 4)
		q, s := tr.host.head.Codes, tr.host.head.Input.scores
		for lo := 0; lo < len(q); lo += 12 {
			row := s[lo:][:12]
			if q[lo+slices.Index(row, slices.Max(row))] != 1 {
				t.Errorf("%s: row %d is not labelled by its largest score", branch, lo/12)
			}
		}
		labels[branch] = slices.Clone(q)
	}
	if slices.Equal(labels["student"], labels["teacher"]) {
		t.Error("student and teacher give the same labels")
	}
}

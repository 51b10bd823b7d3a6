package clustering

import (
	"slices"
	"testing"

	"protobench/encoders"
	"protobench/encoders/graph"
	"protobench/internal/golden"
	"protobench/methods/internal/fixture"
	"protobench/methods/objective"
	"protobench/methods/part"

	G "gorgonia.org/gorgonia"
)

// TestGoldenDeepCluster checks the loss of both heads against centroids and labels of a finished
// k-means.
func TestGoldenDeepCluster(t *testing.T) {
	t.Run("deepcluster_kmeans", func(t *testing.T) {
		f := golden.Load(t, "deepcluster_kmeans")
		s := golden.Shape(f.Inputs["features"])
		v := objective.Views{Images: s[1], Global: int(fixture.Num(t, f.Params, "global_crops")), Crops: s[0]}
		g := G.NewGraph()
		x := graph.Input(g, "features", golden.Float32s(f.Inputs["features"]), v.Crops*v.Images, s[2])
		z := fixture.Node(t)(encoders.Normalize(x))
		var terms []*G.Node
		for _, name := range []string{"head0", "head1"} {
			c := golden.Float32s(golden.At(t, f.Expected, "centroids", name))
			k := len(c) / s[2]
			labels := golden.Ints(golden.At(t, f.Expected, "assignments_by_image", name))
			o := newDeepCluster(DeepCluster{Targets: "teacher", Heads: 1}, v, k)
			h := objective.NewHead(o, objective.Traits{Targets: part.Teacher}, v, k, fixture.Num(t, f.Params, "temperature"), false)
			h.Input.Scores = make([]float32, v.Global*v.Images*k)
			for row := range v.Global * v.Images {
				h.Input.Scores[row*k+labels[golden.Ints(f.Inputs["batch_index"])[row%v.Images]]] = 1
			}
			terms = append(terms, fixture.Node(t)(h.Build(z, nil, fixture.Node(t)(graph.StopGradient(graph.Input(g, name, c, k, s[2]))))))
		}
		loss := fixture.Node(t)(graph.Sum([]float32{0.5, 0.5}, terms...))
		p, grads := fixture.Run(t, g, loss, x)
		golden.Check(t, f, "loss", p.Value(loss), f.Expected["loss"])
		golden.Check(t, f, "grad_features", p.Value(grads[0]), f.Expected["grad_features"])
	})
}

// TestDeepClusterAverages: a crop's target is the mean of the labels that it predicts, one more for
// local crops.
func TestDeepClusterAverages(t *testing.T) {
	o := newDeepCluster(DeepCluster{Heads: 2}, objective.Views{Images: 1, Global: 3, Crops: 5}, 2)
	g := G.NewGraph()
	sums := slices.Repeat([]float32{6}, 5*2*2)
	n := fixture.Node(t)(o.average(graph.Input(g, "targets", sums, 5, 4)))
	p, err := graph.Compile(g, n)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(nil); err != nil {
		t.Fatal(err)
	}
	for i, v := range p.Value(n) {
		if want := map[bool]float32{true: 3, false: 2}[i < 3*4]; v != want {
			t.Errorf("target %d is %g, want %g", i, v, want)
		}
	}
}

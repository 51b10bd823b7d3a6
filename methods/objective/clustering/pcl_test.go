package clustering

import (
	"math"
	"slices"
	"testing"

	"protobench/encoders"
	"protobench/encoders/graph"
	"protobench/internal/golden"
	"protobench/internal/kernel"
	"protobench/methods/internal/fixture"
	"protobench/methods/learner"
	"protobench/methods/objective"
	"protobench/methods/part"

	G "gorgonia.org/gorgonia"
)

func TestGoldenPCL(t *testing.T) {
	t.Run("pcl_loss", func(t *testing.T) {
		f := golden.Load(t, "pcl_loss")
		for _, warm := range []bool{false, true} {
			o, h := goldenPCL(t, f)
			if warm {
				o.ready[0] = 0
			}
			s := golden.Shape(f.Inputs["query"])
			// The query is the second crop, which predicts the one global crop, the key; the first
			// crop predicts none.
			features := append(golden.Float32s(f.Inputs["key"]), golden.Float32s(f.Inputs["query"])...)
			g := G.NewGraph()
			x := graph.Input(g, "features", features, 2*s[0], s[1])
			c := graph.Input(g, "prototypes", o.sets[0].centroids, o.sets[0].k, s[1])
			loss := fixture.Node(t)(h.Build(fixture.Node(t)(encoders.Normalize(x)), nil, c))
			p, grads := fixture.Run(t, g, loss, x)
			golden.Check(t, f, "info_nce", []float64{o.terms[0]}, f.Expected["info_nce"])
			if warm {
				golden.Check(t, f, "loss", p.Value(loss), f.Expected["info_nce"])
				continue
			}
			golden.Check(t, f, "proto_nce", []float64{o.terms[1]}, f.Expected["proto_nce"])
			golden.Check(t, f, "loss", p.Value(loss), f.Expected["loss"])
			grad := p.Value(grads[0])
			golden.Check(t, f, "grad_query", grad[s[0]*s[1]:], f.Expected["grad_query"])
			if slices.ContainsFunc(grad[:s[0]*s[1]], func(v float32) bool { return v != 0 }) {
				t.Error("a crop that predicts nothing has a gradient")
			}
			h.After()
			golden.Check(t, f, "queue_after", o.queue.Value, f.Expected["queue_after"])
			golden.Check(t, f, "queue_pointer_after", fixture.Entry(t, o.queue, "next").F64, f.Expected["queue_pointer_after"])
		}
	})
}

// goldenPCL is the objective in the file's state, and a head whose keys are there.
func goldenPCL(t *testing.T, f *golden.File) (*pcl, *objective.Head) {
	t.Helper()
	s, ks := golden.Shape(f.Inputs["query"]), golden.Ints(f.Params["clusters"])
	index := golden.Ints(f.Inputs["index"])
	cfg := part.Config{Images: len(golden.Ints(golden.At(t, f.Inputs, "assignments", "set0"))), Order: func(int) []int { return index }}
	cfg.Settings = small(map[string]any{
		"prototypes.count": ks[0], "pcl.temperature": fixture.Num(t, f.Params, "temperature"), "pcl.sets": len(ks), "pcl.negatives": int(fixture.Num(t, f.Params, "r")),
	}).Settings
	v := objective.Views{Images: s[0], Global: 1, Crops: 2}
	o := newPCL(cfg, v, s[1])
	o.ready[0] = 1
	for m, name := range []string{"set0", "set1"} {
		o.sets[m] = &clusterSet{
			k: ks[m], centroids: golden.Float32s(golden.At(t, f.Inputs, "centroids", name)),
			phi: golden.Floats(golden.At(t, f.Inputs, "phi", name)), cluster: golden.Floats(golden.At(t, f.Inputs, "assignments", name)),
		}
	}
	o.others = func(set int, rest []int) []int {
		given := golden.Ints(golden.At(t, f.Inputs, "negatives", []string{"set0", "set1"}[set]))
		for _, k := range given {
			if !slices.Contains(rest, k) {
				t.Errorf("set %d: %d is a negative and the positive of an image", set, k)
			}
		}
		return given
	}
	copy(o.queue.Value, golden.Float32s(f.Inputs["queue"]))
	fixture.Entry(t, o.queue, "next").F64[0] = fixture.Num(t, f.Inputs, "queue_pointer")
	keys := golden.Float32s(f.Inputs["key"])
	kernel.NormalizeRows(keys, keys, s[0], s[1], nil)
	h := objective.NewHead(o, objective.Traits{Targets: part.Teacher}, v, ks[0], 1, false)
	h.Input.Z = keys
	return o, h
}

func TestGoldenConcentration(t *testing.T) {
	t.Run("pcl_density", func(t *testing.T) {
		f := golden.Load(t, "pcl_density")
		for i, name := range []string{"set0", "set1"} {
			squared := golden.Floats(golden.At(t, f.Inputs, "squared_distances", name))
			near := golden.Ints(golden.At(t, f.Inputs, "assignments", name))
			phi := concentrations(squared, near, golden.Ints(f.Params["clusters"])[i], fixture.Num(t, f.Params, "temperature"))
			golden.Check(t, f, name, phi, golden.At(t, f.Expected, "phi", name))
		}
	})
}

func TestConcentrationOfCollapsedClusters(t *testing.T) {
	for _, phi := range concentrations(make([]float64, 6), []int{0, 0, 0, 1, 1, 1}, 3, 0.2) {
		if phi != 0.2 {
			t.Errorf("temperature %g without any distance, want the mean 0.2", phi)
		}
	}
}

// TestConcentrationOfSinglePoints has a cluster of one point, which tells nothing of its width: it
// takes the widest one's.
func TestConcentrationOfSinglePoints(t *testing.T) {
	phi := concentrations([]float64{0.01, 0.01, 0.04, 0.04, 0}, []int{0, 0, 1, 1, 2}, 3, 0.2)
	if phi[2] != phi[1] || phi[0] >= phi[1] {
		t.Errorf("temperatures %v, want the last two equal and larger", phi)
	}
}

// nearestOwn is the share of images whose key is nearest to the centroid of their own cluster.
func nearestOwn(l *pclClusters, s *clusterSet) (share float64) {
	_, z := l.bank.Gather()
	n, d := len(s.cluster), l.P.D
	cos := make([]float32, n*s.k)
	kernel.InnerProducts(nil, cos, z, s.centroids, n, d, s.k)
	for i, c := range s.cluster {
		if kernel.Argmax(cos[i*s.k:][:s.k]) == int(c) {
			share += 1 / float64(n)
		}
	}
	return share
}

// TestConcentrationsAreCutOff: of eleven clusters whose members lie 1 to 11 units off, the tenth on
// either side is the next one's.
func TestConcentrationsAreCutOff(t *testing.T) {
	var squared []float64
	var near []int
	for c := range 11 {
		for range 2 {
			squared, near = append(squared, float64((c+1)*(c+1))), append(near, c)
		}
	}
	for c, got := range concentrations(squared, near, 11, 0.3) {
		if want := 0.3 * min(max(float64(c+1), 2), 10) / 6; !(math.Abs(got-want) <= 1e-12) {
			t.Errorf("cluster %d has %g, want %g", c, got, want)
		}
	}
}

// TestPCLClusters checks the clusters of a step's images and the columns of their softmax, for
// every set.
func TestPCLClusters(t *testing.T) {
	const d = 8
	cfg := small(map[string]any{"prototypes.count": 12, "pcl.sets": 2, "pcl.negatives": 20, "pcl.iterations": 5})
	o := newPCL(cfg, objective.Views{Images: cfg.Train.Batch, Global: 2, Crops: 2}, d)
	l := o.Own(cfg, learner.RandomHeads(cfg.Seed, 1, 12, d), d)[0].(*pclClusters)
	z := fixture.RandomUnit(1, 2*cfg.Train.Batch, d)
	for step := range cfg.StepsPerEpoch {
		l.bank.Record(step, fixture.RandomUnit(uint64(2+step), 2*cfg.Train.Batch, d))
	}
	o.step = cfg.StepsPerEpoch
	l.cluster(&learner.Step{Index: o.step, Found: learner.NewFound()})
	for m, s := range o.sets {
		if slices.ContainsFunc(s.cluster, func(c float64) bool { return c < 0 }) {
			t.Error("an image of a whole epoch has no cluster")
		}
		near := o.clusters(s, z)
		for b, i := range cfg.Indices(o.step) {
			if float64(near[b]) != s.cluster[i] {
				t.Errorf("set %d: image %d has cluster %d, not %g", m, i, near[b], s.cluster[i])
			}
		}
		if near := nearestOwn(l, s); near < 0.6 { // by cosine, where the clusters are Euclidean
			t.Errorf("set %d: only %g of the images lie nearest to their own centroid", m, near)
		}
		columns := o.columns(m, near)
		if !slices.Equal(columns[:len(near)], near) {
			t.Errorf("set %d: the columns do not begin with the images' own centroids", m)
		}
		for _, k := range columns[len(near):] {
			if slices.Contains(near, k) {
				t.Errorf("set %d: %d is an image's own and an other", m, k)
			}
		}
		s.cluster[cfg.Indices(o.step)[0]] = -1
		if k := o.clusters(s, z)[0]; k < 0 {
			t.Errorf("set %d: an image that was not clustered has none", m)
		}
	}
}

// TestPCLWhen: centroids are clustered at the start of epochs, from the end of the warm-up on,
// never before the first step.
func TestPCLWhen(t *testing.T) {
	for warmup, want := range map[float64][]int{0: {4, 8}, 1: {4, 8}, 1.5: {8}, 2: {8}} {
		const k, d = 4, 3
		cfg := small(map[string]any{"prototypes.count": k, "pcl.warmup_epochs": warmup, "pcl.sets": 2})
		o := newPCL(cfg, objective.Views{Images: cfg.Train.Batch, Global: 2, Crops: 2}, d)
		l := o.Own(cfg, learner.RandomHeads(1, 1, k, d), d)[0]
		var at []int
		for i := range 10 {
			s := &learner.Step{Index: i, PerEpoch: 4, Epoch: float64(i) / 4, Found: learner.NewFound()}
			s.Z[part.Teacher] = fixture.RandomUnit(uint64(i), 2*cfg.Train.Batch, d)
			o.ready[0] = 0
			if l.Before(s); o.ready[0] == 1 {
				at = append(at, i)
			}
			if o.step != i {
				t.Errorf("step %d is taken for %d", i, o.step)
			}
			l.After(s)
		}
		if !slices.Equal(at, want) {
			t.Errorf("warm-up of %g epochs: clustered at %v, want %v", warmup, at, want)
		}
		var names []string
		for _, e := range o.State("") {
			names = append(names, e.Name)
		}
		if !slices.Contains(names, "set0.phi") || !slices.Contains(names, "set1.phi") {
			t.Errorf("entries %v", names)
		}
	}
}

// TestPCLClustersOfTheBatch: an image has the cluster that the bank gave it, the first as well as
// others; one that has none gets the nearest to its own key.
func TestPCLClustersOfTheBatch(t *testing.T) {
	cfg := small(map[string]any{"prototypes.count": 2, "pcl.sets": 1})
	cfg.Train.Batch, cfg.Images = 3, 3
	o := newPCL(cfg, objective.Views{Images: 3, Global: 2, Crops: 2}, 2)
	s := o.sets[0]
	copy(s.centroids, []float32{1, 0, 0, 1})
	copy(s.cluster, []float64{0, -1, -1})
	if got := o.clusters(s, []float32{0, 1, 1, 0, 0, 1}); !slices.Equal(got, []int{0, 0, 1}) {
		t.Errorf("clusters %v", got)
	}
}

// TestInfoNCE computes the loss of two views by hand: each is the other's query, among past keys.
func TestInfoNCE(t *testing.T) {
	const b, d, r, tau = 2, 3, 4, 0.5
	cfg := small(map[string]any{"prototypes.count": 2, "pcl.sets": 1, "pcl.negatives": r, "pcl.temperature": tau})
	v := objective.Views{Images: b, Global: 2, Crops: 2}
	o := newPCL(cfg, v, d)
	z, keys := fixture.RandomUnit(1, 2*b, d), fixture.RandomUnit(2, 2*b, d)
	h := objective.NewHead(o, objective.Traits{Targets: part.Teacher}, v, 2, 1, false)
	h.Input.Z = keys
	l := newPCLLoss(o, h)
	got := float64(l.value(nil, z))
	dot := func(x []float32, i int, y []float32, j int) (s float64) {
		for c := range d {
			s += float64(x[i*d+c]) * float64(y[j*d+c])
		}
		return s / tau
	}
	var want float64
	for crop := range 2 {
		for i := range b {
			query, own := crop*b+i, (1-crop)*b+i
			sum := math.Exp(dot(z, query, keys, own))
			for j := range r {
				sum += math.Exp(dot(z, query, o.queue.Value, j))
			}
			want += (math.Log(sum) - dot(z, query, keys, own)) / (2 * b)
		}
	}
	if !(math.Abs(got-want) <= 1e-5) {
		t.Errorf("loss %g, want %g", got, want)
	}
}

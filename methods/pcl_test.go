package methods

import (
	"math"
	"slices"
	"testing"

	"protobench/encoders"
	"protobench/encoders/graph"
	"protobench/internal/golden"
	"protobench/internal/kernel"
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
			// The query is the second crop, which predicts the one global crop, the key; the first crop predicts none.
			features := append(golden.Float32s(f.Inputs["key"]), golden.Float32s(f.Inputs["query"])...)
			g := G.NewGraph()
			x := graph.Input(g, "features", features, 2*s[0], s[1])
			c := graph.Input(g, "prototypes", o.sets[0].centroids, o.sets[0].k, s[1])
			loss := node(t)(h.build(node(t)(encoders.Normalize(x)), nil, c))
			p, grads := run(t, g, loss, x)
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
			h.after()
			golden.Check(t, f, "queue_after", o.queue.value, f.Expected["queue_after"])
			golden.Check(t, f, "queue_pointer_after", o.queue.next, f.Expected["queue_pointer_after"])
		}
	})
}

// goldenPCL is the objective in the file's state, and a head whose keys are there.
func goldenPCL(t *testing.T, f *golden.File) (*pcl, *head) {
	t.Helper()
	s, ks := golden.Shape(f.Inputs["query"]), golden.Ints(f.Params["clusters"])
	index := golden.Ints(f.Inputs["index"])
	cfg := part.Config{Images: len(golden.Ints(golden.At(t, f.Inputs, "assignments", "set0"))), Order: func(int) []int { return index }}
	cfg.Settings = with(map[string]any{
		"prototypes.count": ks[0], "pcl.temperature": num(t, f.Params, "temperature"), "pcl.sets": len(ks), "pcl.negatives": int(num(t, f.Params, "r")),
	})
	v := views{images: s[0], global: 1, crops: 2}
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
	copy(o.queue.value, golden.Float32s(f.Inputs["queue"]))
	o.queue.next[0] = num(t, f.Inputs, "queue_pointer")
	keys := golden.Float32s(f.Inputs["key"])
	kernel.NormalizeRows(keys, keys, s[0], s[1], nil)
	h := newHead(o, Traits{Targets: part.Teacher}, v, ks[0], 1, false)
	h.Input.z = keys
	return o, h
}

func TestGoldenConcentration(t *testing.T) {
	t.Run("pcl_density", func(t *testing.T) {
		f := golden.Load(t, "pcl_density")
		for i, name := range []string{"set0", "set1"} {
			squared := golden.Floats(golden.At(t, f.Inputs, "squared_distances", name))
			near := golden.Ints(golden.At(t, f.Inputs, "assignments", name))
			phi := concentrations(squared, near, golden.Ints(f.Params["clusters"])[i], num(t, f.Params, "temperature"))
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

// TestConcentrationOfSinglePoints has a cluster of one point, which tells nothing of its width: it takes the widest one's.
func TestConcentrationOfSinglePoints(t *testing.T) {
	phi := concentrations([]float64{0.01, 0.01, 0.04, 0.04, 0}, []int{0, 0, 1, 1, 2}, 3, 0.2)
	if phi[2] != phi[1] || phi[0] >= phi[1] {
		t.Errorf("temperatures %v, want the last two equal and larger", phi)
	}
}

// TestPCLClusters checks when clusters are made, that images find theirs, and that others are never an image's own.
func TestPCLClusters(t *testing.T) {
	cfg := testConfig(t, "pcl")
	cfg.Settings.MustSet("pcl.warmup_epochs", 2)
	tr, next, begin := start(t, cfg), batches(cfg), 2*cfg.StepsPerEpoch
	o := tr.host.objective.(*pcl)
	steps(t, tr, next, begin)
	if o.ready[0] != 0 || o.terms[1] != 0 {
		t.Error("ProtoNCE begins in the warm-up")
	}
	before := tr.Learned()[0]
	steps(t, tr, next, 1)
	after := tr.Learned()[0]
	if o.ready[0] != 1 || o.terms[1] == 0 || slices.Equal(before.Current[part.Teacher], after.Current[part.Teacher]) {
		t.Error("no clusters after the warm-up")
	}
	if slices.ContainsFunc(o.sets[0].cluster, func(c float64) bool { return c < 0 }) {
		t.Error("an image of a whole epoch has no cluster")
	}
	z := tr.host.head.Input.z
	for m, s := range o.sets {
		near := o.clusters(s, z)
		for b, i := range cfg.Indices(begin) {
			if float64(near[b]) != s.cluster[i] {
				t.Errorf("set %d: image %d has cluster %d, not %g", m, i, near[b], s.cluster[i])
			}
		}
		if near := nearestOwn(tr.host.learners[0].(*pclClusters), s); near < 0.6 { // by cosine, after some keys have changed
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
		s.cluster[cfg.Indices(begin)[0]] = -1
		if k := o.clusters(s, z)[0]; k < 0 {
			t.Errorf("set %d: an image that was not clustered has none", m)
		}
	}
}

// TestLloydIsEuclidean has centres of different lengths: the nearest is not the one with the largest product.
func TestLloydIsEuclidean(t *testing.T) {
	c := newCentres(nil, []float32{1, 0, 3, 0, 5, 0, 1, 0.2}, []float32{1, 0, 5, 0}, 2, 1)
	if want := []int{0, 0, 1, 0}; !slices.Equal(c.near, want) { // at a tie the first
		t.Errorf("assignments %v, want %v", c.near, want)
	}
	want := []float32{5.0 / 3, 0.2 / 3, 5, 0}
	for i, v := range c.value {
		if d := v - want[i]; d > 1e-6 || d < -1e-6 {
			t.Errorf("centres %v, want %v", c.value, want)
			break
		}
	}
	if c.distance[2] != 0 || c.distance[0] < 0.44 || c.distance[0] > 0.46 {
		t.Errorf("squared distances %v", c.distance)
	}
}

// TestPCLLearns shows one batch again and again: once there are clusters, both terms have to fall.
func TestPCLLearns(t *testing.T) {
	cfg := testConfig(t, "pcl")
	cfg.Train.Epochs, cfg.Train.LR = 15, 0.01
	cfg.Settings.MustSet("prototypes.count", 3)
	cfg.Settings.MustSet("pcl.sets", 1)
	tr, x := start(t, cfg), viewsAt(cfg, 3)
	s := steps(t, tr, func() []float32 { return x }, 60)
	for _, term := range []string{"pcl.info_nce", "pcl.proto_nce"} {
		if first, last := s[cfg.StepsPerEpoch].Values[term], s[59].Values[term]; !(last < 0.9*first) || first <= 0 {
			t.Errorf("%s went from %g to %g on one batch", term, first, last)
		}
	}
}

// nearestOwn is the share of images whose key is nearest to the centroid of their own cluster.
func nearestOwn(l *pclClusters, s *clusterSet) (share float64) {
	_, z := l.bank.gather()
	n, d := len(s.cluster), l.p.d
	cos := make([]float32, n*s.k)
	kernel.InnerProducts(nil, cos, z, s.centroids, n, d, s.k)
	for i, c := range s.cluster {
		if kernel.Argmax(cos[i*s.k:][:s.k]) == int(c) {
			share += 1 / float64(n)
		}
	}
	return share
}

// TestConcentrationsAreCutOff: of eleven clusters whose members lie 1 to 11 units off, the tenth on either side is the next one's.
func TestConcentrationsAreCutOff(t *testing.T) {
	var squared []float64
	var near []int
	for c := range 11 {
		for range 2 {
			squared, near = append(squared, float64((c+1)*(c+1))), append(near, c)
		}
	}
	for c, got := range concentrations(squared, near, 11, 0.3) {
		if want := 0.3 * min(max(float64(c+1), 2), 10) / 6; math.Abs(got-want) > 1e-12 {
			t.Errorf("cluster %d has %g, want %g", c, got, want)
		}
	}
}

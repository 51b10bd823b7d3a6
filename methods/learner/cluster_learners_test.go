package learner

import (
	"math"
	"slices"
	"testing"

	"protobench/internal/golden"
	"protobench/internal/kernel"
	"protobench/internal/stream"
	"protobench/methods/internal/fixture"
	"protobench/methods/mixture"
	"protobench/methods/part"
)

// TestGoldenEpochKMeans runs the learner's own Lloyd iterations, with empty clusters and ties, and
// an assignment after the last.
func TestGoldenEpochKMeans(t *testing.T) {
	t.Run("deepcluster_kmeans", func(t *testing.T) {
		f := golden.Load(t, "deepcluster_kmeans")
		s := golden.Shape(f.Inputs["memory"])
		for i, head := range []string{"head0", "head1"} {
			z := golden.Float32s(f.Inputs["memory"].([]any)[i%s[0]])
			c := pick(z, golden.Ints(golden.At(t, f.Inputs, "init_indices", head)), s[2])
			a := NewAssignment(len(c)/s[2], s[2])
			Lloyd(nil, a, c, z, int(fixture.Num(t, f.Params, "lloyd_iterations")))
			a.Assign(nil, z, c)
			golden.Check(t, f, head+" centroids", c, golden.At(t, f.Expected, "centroids", head))
			golden.Check(t, f, head+" counts", a.Count, golden.At(t, f.Expected, "counts", head))
			if want := golden.Ints(golden.At(t, f.Expected, "assignments_by_slot", head)); !slices.Equal(a.Near, want) {
				t.Errorf("%s: assignments %v, want %v", head, a.Near, want)
			}
		}
	})
}

// TestGoldenSelfCluster runs the learner on one batch, and on several of one position each.
func TestGoldenSelfCluster(t *testing.T) {
	t.Run("sinkhorn_capi", func(t *testing.T) {
		f := golden.Load(t, "sinkhorn_capi")
		fs, k := golden.Shape(f.Inputs["features"]), golden.Shape(f.Inputs["weight"])[0]
		d, z := fs[2], golden.Float32s(f.Inputs["features"])
		for i := 0; i < len(z); i += d {
			mixture.ToSphere(z[i:i+d], z[i:i+d])
		}
		for form, batches := range map[string]int{"flattened": 1, "positionwise": fs[0]} {
			cfg := small(nil)
			cfg.Settings.MustSetAll(map[string]any{
				"self-cluster.target_temperature": fixture.Num(t, f.Params, "target_temp"), "self-cluster.temperature": fixture.Num(t, f.Params, "pred_temp"),
				"self-cluster.iterations": int(fixture.Num(t, f.Params, "iterations")),
			})
			m := newSelfCluster(cfg, placed(golden.Float32s(f.Inputs["weight"]), d))
			copy(m.weight.Value, golden.Float32s(f.Inputs["weight"]))
			copy(m.bias.Value, golden.Float32s(f.Inputs["bias"]))
			var loss float64
			var q []float32
			weight, bias := make([]float64, k*d), make([]float64, k)
			size := len(z) / batches
			for i := range batches {
				loss += m.gradient(nil, z[i*size:][:size]) / float64(batches)
				q = append(q, m.targets...)
				for j, g := range m.weight.Grad {
					weight[j] += float64(g) / float64(batches)
				}
				for j, g := range m.bias.Grad {
					bias[j] += float64(g) / float64(batches)
				}
			}
			golden.Check(t, f, form+" assignments", q, golden.At(t, f.Expected, form, "assignments"))
			golden.Check(t, f, form+" loss", []float64{loss}, golden.At(t, f.Expected, form, "loss"))
			golden.Check(t, f, form+" weight", weight, golden.At(t, f.Expected, form, "grad_weight"))
			golden.Check(t, f, form+" bias", bias, golden.At(t, f.Expected, form, "grad_bias"))
		}
	})
}

// TestSelfClusterLearns shows it one set of clusters, near which it starts: its loss falls, and
// each prototype keeps one of them.
func TestSelfClusterLearns(t *testing.T) {
	const k, d = 4, 6
	cfg := small(map[string]any{"self-cluster.lr": 0.05})
	m := newSelfCluster(cfg, placed(fixture.Clusters(k, k, d, 0.3), d))
	in := &Step{Found: NewFound()}
	var losses []float64
	for range 200 {
		in.Z[part.Teacher] = fixture.Clusters(64, k, d, 0.05)
		m.Before(in)
		losses = append(losses, in.Found.Values["self-cluster.loss"])
	}
	if first, last := losses[0], losses[len(losses)-1]; !(last < 0.5*first) {
		t.Errorf("the loss went from %g to %g", first, last)
	}
	m.gradient(nil, in.Z[part.Teacher])
	owner := map[int]int{} // by the head's own logits: directions alone leave out its norms and biases
	for i := range 64 {
		c := kernel.Argmax(m.targets[i*k:][:k])
		if at, ok := owner[c]; ok && at != i%k {
			t.Errorf("prototype %d has embeddings of clusters %d and %d", c, at, i%k)
		}
		owner[c] = i % k
	}
}

// TestPlusPlusSpreads checks the start: distinct embeddings, and of separate clusters one each,
// which drawing blindly would miss.
func TestPlusPlusSpreads(t *testing.T) {
	const k, d = 10, 12
	z := fixture.Clusters(200, k, d, 0.01)
	chosen := plusPlus(nil, z, d, k, stream.New(1, "test"))
	seen := map[int]bool{}
	for _, i := range chosen {
		seen[i%k] = true
	}
	if len(seen) != k {
		t.Errorf("%d of %d clusters have a start", len(seen), k)
	}
	same := slices.Repeat([]float32{1, 0}, 5) // everything is covered after the first draw
	rest := plusPlus(nil, same, 2, 5, stream.New(1, "test"))
	slices.Sort(rest)
	if !slices.Equal(rest, []int{0, 1, 2, 3, 4}) {
		t.Errorf("equal embeddings: chose %v", rest)
	}
}

// TestSplit checks where a dead prototype goes and what it gets.
func TestSplit(t *testing.T) {
	const k, d = 12, 8
	for _, name := range []string{"gmm", "kmeans", "ema", "self-cluster", "joint"} {
		cfg := small(map[string]any{"prototypes.count": k, "prototypes.reseed": true, "prototypes.reseed_by": "split"})
		p := NewPrototypes(fixture.RandomUnit(5, k, d), k, d, name == "joint")
		l, r := New(name, cfg, Host{}, p), NewReseeder(cfg)
		l.Adopt()
		in := &Step{Index: 3, Epoch: 1, Found: NewFound()}
		in.Z[part.Teacher] = fixture.Clusters(2*cfg.Train.Batch, d, d, 0.1)
		p.recent[2], p.recent[7] = 0, 9
		total := mass(l)
		r.rate = 0 // keep the shares
		r.Run(l, nil, in)
		if cos := 1 - float64(angle(p.Effective[part.Teacher][2*d:][:d], p.Effective[part.Teacher][7*d:][:d])); cos < 0.85 || cos == 1 {
			t.Errorf("%s: the angle to the heaviest is %g", name, 1-cos)
		}
		if !slices.Equal(in.Found.Events, []Event{{"split", 2}}) || p.recent[2] != 4.5 || p.recent[7] != 4.5 || p.reseeds[0] != 1 {
			t.Errorf("%s: events %v, shares %v", name, in.Found.Events, p.recent)
		}
		if name == "gmm" && !(math.Abs(mass(l)-(total-1)) <= 1e-9) || name == "kmeans" && !(math.Abs(mass(l)-(total-1)) <= 1e-9) {
			t.Errorf("%s: statistics of mass %g became %g, less what the dead one had", name, total, mass(l))
		}
	}
}

// mass is what a learner's statistics weigh; the moved prototype's was 1.
func mass(l Learner) float64 {
	var n []float64
	switch l := l.(type) {
	case *gmm:
		n = l.m.N
	case *kmeans:
		n = l.count
	}
	var s float64
	for _, v := range n {
		s += v
	}
	return s
}

// TestSelfClusterForgets: after one gradient and then none, a weight moves on by what AdamW's two
// averages keep of it, with CAPI's momenta of 0.9 and 0.95.
func TestSelfClusterForgets(t *testing.T) {
	cfg := small(nil)
	m := newSelfCluster(cfg, NewPrototypes(fixture.RandomUnit(1, 2, 2), 2, 2, false))
	m.weight.Grad[0] = 1
	m.optimizer.Step(nil, 1)
	before := float64(m.weight.Value[0])
	m.weight.Grad[0] = 0
	m.optimizer.Step(nil, 1)
	want := 0.9 * 0.1 / (1 - 0.9*0.9) / math.Sqrt(0.95*0.05/(1-0.95*0.95))
	if got := before - float64(m.weight.Value[0]); !(math.Abs(got-want) <= 1e-5) {
		t.Errorf("the second step is %g, want %g", got, want)
	}
}

// TestEpochKMeansStarts checks where an epoch's k-means starts: at the centroids of the one before,
// which keep their numbers, or at embeddings of the bank.
func TestEpochKMeansStarts(t *testing.T) {
	const k, d = 12, 8
	for _, from := range []string{"previous", "data"} {
		cfg := small(map[string]any{"prototypes.count": k, "epoch-kmeans.start": from, "epoch-kmeans.iterations": 1})
		m := newEpochKMeans(cfg, NewPrototypes(fixture.RandomUnit(5, k, d), k, d, false))
		z := fixture.RandomUnit(6, cfg.Images, d)
		m.Begin(nil, z, nil)
		want := slices.Clone(m.P.Value)
		if from == "data" {
			want = pick(z, stream.New(cfg.Seed, "epoch-kmeans", 0).Perm(cfg.Images)[:k], d)
		}
		Lloyd(nil, NewAssignment(k, d), want, z, 1)
		m.cluster(&Step{PerEpoch: cfg.StepsPerEpoch, Found: NewFound()})
		if !fixture.Near(want, m.P.Value) {
			t.Errorf("start from %s: centroids %v, want %v", from, m.P.Value[:d], want[:d])
		}
	}
}

package methods

import (
	"math"
	"slices"
	"testing"

	"protobench/internal/golden"
	"protobench/internal/kernel"
	"protobench/internal/stream"
	"protobench/methods/part"
)

// TestGoldenKMeans checks the mini-batch rule against Lloyd iterations of spherical k-means: the step that forgets everything.
func TestGoldenKMeans(t *testing.T) {
	t.Run("deepcluster_kmeans", func(t *testing.T) {
		f := golden.Load(t, "deepcluster_kmeans")
		s := golden.Shape(f.Inputs["memory"])
		for i, head := range []string{"head0", "head1"} {
			z := golden.Float32s(f.Inputs["memory"].([]any)[i%s[0]])
			var c []float32
			for _, r := range golden.Ints(golden.At(t, f.Inputs, "init_indices", head)) {
				c = append(c, z[r*s[2]:][:s[2]]...)
			}
			cfg := part.Config{Images: s[1], Settings: with(map[string]any{"prototypes.count": len(c) / s[2], "kmeans.memory": 1})}
			m := newKMeans(cfg, placed(c, s[2]))
			m.lambda = 0
			for range int(num(t, f.Params, "lloyd_iterations")) {
				m.update(nil, z)
			}
			golden.Check(t, f, head+" centroids", m.p.value, golden.At(t, f.Expected, "centroids", head))
			m.a.assign(nil, z, m.p.value)
			if want := golden.Ints(golden.At(t, f.Expected, "assignments_by_slot", head)); !slices.Equal(m.a.near, want) {
				t.Errorf("%s: assignments %v, want %v", head, m.a.near, want)
			}
			golden.Check(t, f, head+" counts", m.a.count, golden.At(t, f.Expected, "counts", head))
		}
	})
}

// placed are prototypes at unit vectors c [K,D].
func placed(c []float32, d int) *prototypes { return newPrototypes(c, len(c)/d, d, false) }

// clusters draws n unit vectors around k of the axes of D dimensions, in turn.
func clusters(n, k, d int, noise float64) []float32 {
	r, z := stream.New(3, "clusters"), make([]float32, n*d)
	for i := range n {
		row := z[i*d:][:d]
		for j := range row {
			row[j] = float32(noise * r.NormFloat64())
		}
		row[i%k]++
	}
	kernel.NormalizeRows(z, z, n, d, nil)
	return z
}

// TestClusterLearnersFind checks that both learners end on the clusters' directions when they start near them, and leave a
// prototype alone that nothing is assigned to.
func TestClusterLearnersFind(t *testing.T) {
	const k, d = 4, 6
	start := clusters(k, k, d, 0.3)
	far := make([]float32, d)
	far[0], far[1] = -math.Sqrt2/2, -math.Sqrt2/2
	start = append(start, far...)
	cfg := testConfig(t, "swav")
	cfg.Images = 64
	cfg.Settings.MustSet("prototypes.count", k+1)
	for name, l := range map[string]learner{"kmeans": newKMeans(cfg, placed(start, d)), "ema": newEMA(cfg, placed(start, d))} {
		in := &stepInput{found: newFound()}
		for range 60 {
			in.z[part.Teacher] = clusters(64, k, d, 0.05)
			l.before(in)
		}
		p := l.vectors()
		for c := range k {
			if v := p.now[part.Teacher][c*d+c]; v < 0.99 {
				t.Errorf("%s: prototype %d has cosine %g with its cluster", name, c, v)
			}
		}
		if !slices.Equal(p.value[k*d:], far) {
			t.Errorf("%s: a prototype without embeddings moved", name)
		}
		if in.found.Values[name+".cosine"] < 0.95 {
			t.Errorf("%s: mean cosine %g", name, in.found.Values[name+".cosine"])
		}
	}
}

// TestKMeansRemembers checks the forgetting: a centre's weight for a batch falls as its count rises, to what the memory holds.
func TestKMeansRemembers(t *testing.T) {
	cfg := testConfig(t, "swav")
	cfg.Images = 20
	cfg.Settings.MustSet("prototypes.count", 2)
	cfg.Settings.MustSet("kmeans.memory", 1)
	m := newKMeans(cfg, placed([]float32{1, 0, 0, -1}, 2))
	if m.lambda != 0.9 {
		t.Fatalf("20 images for 2 prototypes give λ = %g", m.lambda)
	}
	z, before := []float32{0.8, 0.6}, m.count[0]
	for range 200 {
		m.update(nil, z)
		if m.count[0] < before {
			t.Fatalf("the count fell from %g to %g", before, m.count[0])
		}
		before = m.count[0]
	}
	if math.Abs(before-10) > 1e-6 || m.count[1] != 1 {
		t.Errorf("counts %v, want 10 and an untouched 1", m.count)
	}
	if !near(m.p.value[:2], z) {
		t.Errorf("the centre is at %v, not at %v", m.p.value[:2], z)
	}
}

// TestEMAStep computes one update by hand.
func TestEMAStep(t *testing.T) {
	cfg := testConfig(t, "swav")
	cfg.Settings.MustSet("prototypes.count", 2)
	cfg.Settings.MustSet("ema.momentum", 0.75)
	e := newEMA(cfg, placed([]float32{1, 0, 0, -1}, 2))
	e.update(nil, []float32{1, 0, 0.6, 0.8})
	n := math.Hypot(0.75+0.25*0.8, 0.25*0.4)
	if want := []float32{float32(0.95 / n), float32(0.1 / n), 0, -1}; !near(e.p.value, want) {
		t.Errorf("got %v, want %v", e.p.value, want)
	}
}

// TestHypersphericalSettles knows the optimum for few prototypes: the corners of a simplex, all cosines -1/(K-1).
func TestHypersphericalSettles(t *testing.T) {
	for _, k := range []int{2, 3, 4} {
		cfg := testConfig(t, "swav")
		cfg.Settings.MustSet("prototypes.count", k)
		cfg.Settings.MustSet("hyperspherical.steps", 2000)
		h := newHyperspherical(cfg, placed(randomUnit(5, k, 8), 8))
		grad := make([]float32, k*8)
		before := crowding(grad, newKoleo(k, 8), h.p.value)
		h.begin(nil, nil, nil)
		after := crowding(grad, newKoleo(k, 8), h.p.value)
		if want := -1 / float64(k-1); after > before || math.Abs(after-want) > 0.05 {
			t.Errorf("%d prototypes: largest cosine went from %g to %g, want %g", k, before, after, want)
		}
		if !slices.Equal(h.p.initial, h.p.now[part.Teacher]) || h.p.path[0] != 0 {
			t.Error("settling counts as movement")
		}
	}
}

// TestCrowdingGradient compares the gradient of the spreading with finite differences.
func TestCrowdingGradient(t *testing.T) {
	const k, d, h = 6, 4, 1e-3
	c, grad, scratch := randomUnit(2, k, d), make([]float32, k*d), make([]float32, k*d)
	crowding(grad, newKoleo(k, d), c)
	for i := range c {
		at := func(e float32) float64 {
			x := slices.Clone(c)
			x[i] += e
			return crowding(scratch, newKoleo(k, d), x)
		}
		if got := (at(h) - at(-h)) / (2 * h); math.Abs(got-float64(grad[i])) > 1e-3 {
			t.Errorf("entry %d: finite difference %g, gradient %g", i, got, grad[i])
		}
	}
}

// TestPrepareSettles checks that hyperspherical prototypes are spread before the first step, in arms and observers, and stay.
func TestPrepareSettles(t *testing.T) {
	cfg := testConfig(t, "swav+frozen")
	cfg.Composition.Learner, cfg.Composition.Observers = "hyperspherical", []string{"frozen", "hyperspherical"}
	tr := start(t, cfg)
	steps(t, tr, batches(cfg), 3)
	l := tr.Learned()
	if !slices.Equal(l[0].Current[part.Teacher], l[2].Current[part.Teacher]) || !slices.Equal(l[0].Initial, l[0].Current[part.Student]) {
		t.Error("arm and observer differ, or moved")
	}
	if slices.Equal(l[0].Initial, l[1].Initial) {
		t.Error("they did not settle")
	}
}

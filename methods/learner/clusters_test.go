package learner

import (
	"math"
	"slices"
	"testing"

	"protobench/internal/golden"
	"protobench/methods/internal/fixture"
	"protobench/methods/part"
	"protobench/methods/term"
)

// TestGoldenKMeans checks the mini-batch rule against Lloyd iterations of spherical k-means: the
// step that forgets everything.
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
			cfg := part.Config{Images: s[1], Settings: small(map[string]any{"prototypes.count": len(c) / s[2], "kmeans.memory": 1}).Settings}
			m := newKMeans(cfg, placed(c, s[2]))
			m.lambda = 0
			for range int(fixture.Num(t, f.Params, "lloyd_iterations")) {
				m.update(nil, z)
			}
			golden.Check(t, f, head+" centroids", m.P.Value, golden.At(t, f.Expected, "centroids", head))
			m.a.Assign(nil, z, m.P.Value)
			if want := golden.Ints(golden.At(t, f.Expected, "assignments_by_slot", head)); !slices.Equal(m.a.Near, want) {
				t.Errorf("%s: assignments %v, want %v", head, m.a.Near, want)
			}
			golden.Check(t, f, head+" counts", m.a.Count, golden.At(t, f.Expected, "counts", head))
		}
	})
}

// placed are prototypes at unit vectors c [K,D].
func placed(c []float32, d int) *Prototypes { return NewPrototypes(c, len(c)/d, d, false) }

// TestClusterLearnersFind checks that both learners end on the clusters' directions when they start
// near them, and leave a prototype alone that nothing is assigned to.
func TestClusterLearnersFind(t *testing.T) {
	const k, d = 4, 6
	start := fixture.Clusters(k, k, d, 0.3)
	far := make([]float32, d)
	far[0], far[1] = -math.Sqrt2/2, -math.Sqrt2/2
	start = append(start, far...)
	cfg := small(map[string]any{"prototypes.count": k + 1, "ema.momentum": 0.9})
	for name, l := range map[string]Learner{"kmeans": newKMeans(cfg, placed(start, d)), "ema": newEMA(cfg, placed(start, d))} {
		in := &Step{Found: NewFound()}
		for range 60 {
			in.Z[part.Teacher] = fixture.Clusters(64, k, d, 0.05)
			l.Before(in)
		}
		p := l.Vectors()
		for c := range k {
			if v := p.Effective[part.Teacher][c*d+c]; v < 0.99 {
				t.Errorf("%s: prototype %d has cosine %g with its cluster", name, c, v)
			}
		}
		if !slices.Equal(p.Value[k*d:], far) {
			t.Errorf("%s: a prototype without embeddings moved", name)
		}
		if in.Found.Values[name+".cosine"] < 0.95 {
			t.Errorf("%s: mean cosine %g", name, in.Found.Values[name+".cosine"])
		}
	}
}

// TestKMeansRemembers checks the forgetting: a centre's weight for a batch falls as its count
// rises, to what the memory holds.
func TestKMeansRemembers(t *testing.T) {
	cfg := small(nil)
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
	if !(math.Abs(before-10) <= 1e-6) || m.count[1] != 1 {
		t.Errorf("counts %v, want 10 and an untouched 1", m.count)
	}
	if !fixture.Near(m.P.Value[:2], z) {
		t.Errorf("the centre is at %v, not at %v", m.P.Value[:2], z)
	}
}

// TestEMAStep computes one update by hand.
func TestEMAStep(t *testing.T) {
	cfg := small(map[string]any{"prototypes.count": 2, "ema.momentum": 0.75})
	e := newEMA(cfg, placed([]float32{1, 0, 0, -1}, 2))
	e.update(nil, []float32{1, 0, 0.6, 0.8})
	n := math.Hypot(0.75+0.25*0.8, 0.25*0.4)
	if want := []float32{float32(0.95 / n), float32(0.1 / n), 0, -1}; !fixture.Near(e.P.Value, want) {
		t.Errorf("got %v, want %v", e.P.Value, want)
	}
}

// TestHypersphericalSettles knows the optimum for few prototypes: the corners of a simplex, all
// cosines -1/(K-1).
func TestHypersphericalSettles(t *testing.T) {
	for _, k := range []int{2, 3, 4} {
		cfg := small(map[string]any{"prototypes.count": k, "hyperspherical.steps": 2000})
		h := newHyperspherical(cfg, placed(fixture.RandomUnit(5, k, 8), 8))
		grad := make([]float32, k*8)
		before := term.NewCrowding(k, 8).Gradient(grad, h.p.Value)
		h.Begin(nil, nil, nil)
		after := term.NewCrowding(k, 8).Gradient(grad, h.p.Value)
		if want := -1 / float64(k-1); after > before || !(math.Abs(after-want) <= 0.05) {
			t.Errorf("%d prototypes: largest cosine went from %g to %g, want %g", k, before, after, want)
		}
		if !slices.Equal(h.p.Initial, h.p.Effective[part.Teacher]) || h.p.path[0] != 0 {
			t.Error("settling counts as movement")
		}
	}
}

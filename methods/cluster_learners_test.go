package methods

import (
	"slices"
	"testing"

	"protobench/methods/internal/fixture"
	"protobench/methods/part"
)

// TestEpochKMeansWaits checks that centroids change at the start of epochs alone, and what the bank
// holds.
func TestEpochKMeansWaits(t *testing.T) {
	for _, from := range []string{"data", "previous"} {
		cfg := testConfig(t, "swav+frozen")
		cfg.Composition.Learner = "epoch-kmeans"
		cfg.Settings.MustSet("epoch-kmeans.start", from)
		tr, next := start(t, cfg), batches(cfg)
		l := tr.host.learners[0]
		p, held := l.Vectors(), 0.0
		for _, h := range fixture.Entry(t, l, "held").F64 {
			held += h
		}
		if int(held) != cfg.Images {
			t.Fatalf("the warm-up left %g embeddings of %d in the bank", held, cfg.Images)
		}
		last := slices.Clone(p.Value)
		for i := range 9 {
			z := steps(t, tr, next, 1)
			moved := !slices.Equal(last, p.Value)
			if want := i%cfg.StepsPerEpoch == 0; moved != want {
				t.Errorf("start from %s, step %d: centroids moved: %v", from, i, moved)
			}
			if _, ok := z[0].Values["epoch-kmeans.cosine"]; ok != moved {
				t.Errorf("step %d: its clustering is reported: %v", i, ok)
			}
			last = slices.Clone(p.Value)
		}
		rows := cfg.Train.Batch * cfg.Encoder.Dim
		ring, oldest := fixture.Entry(t, l, "past").F32, int(fixture.Entry(t, l, "next").F64[0])
		newest := ring[(oldest*cfg.Encoder.Dim+len(ring)-rows)%len(ring):][:rows]
		if !slices.Equal(newest, tr.z[part.Teacher][:rows]) {
			t.Error("the bank's newest rows are not the last batch's first views")
		}
	}
}

func TestPlusPlusStart(t *testing.T) {
	cfg := testConfig(t, "swav")
	cfg.Settings.MustSet("prototypes.init", "kmeans++")
	l := start(t, cfg).Learned()[0]
	cfg.Settings.MustSet("prototypes.init", "data")
	other := start(t, cfg).Learned()[0]
	if slices.Equal(l.Initial, other.Initial) || l.Path != 0 || !slices.Equal(l.Initial, l.Current[part.Student]) {
		t.Error("the start is that from data, or counts as movement")
	}
}

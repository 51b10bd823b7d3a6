package learner

import (
	"math"
	"slices"
	"testing"

	"protobench/internal/kernel"
	"protobench/methods/internal/fixture"
	"protobench/methods/part"
)

// TestScheduleStartsFromWhatThereIs checks what a learner takes over: the prototypes as they are, not as they were at the start.
func TestScheduleStartsFromWhatThereIs(t *testing.T) {
	cfg := small(map[string]any{"prototypes.count": 3})
	for _, second := range []string{"kmeans", "gmm", "self-cluster", "joint"} {
		l := New("ema until 1, "+second, cfg, Host{}, NewPrototypes(fixture.RandomUnit(cfg.Seed, 3, 4), 3, 4, second == "joint")).(*schedule)
		l.p.start([]float32{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0})
		l.Adopt()
		in := &Step{PerEpoch: 1, Found: NewFound()}
		in.Z[part.Teacher] = []float32{0.8, 0, 0, 0.6, 0.8, 0, 0, -0.6, 0.6, 0, 0, 0.8}
		l.Before(in)
		want := slices.Clone(l.p.Value)
		in.Index, in.Epoch, in.Z[part.Teacher] = 1, 1, nil // a step without embeddings
		l.Before(in)
		var got []float32
		switch next := l.active().(type) {
		case *kmeans:
			for _, v := range next.mean {
				got = append(got, float32(v))
			}
		case *gmm:
			got = next.m.Mu
		case *selfCluster:
			got = slices.Clone(next.weight.Value)
			for i := range got {
				got[i] /= 2 // √D
			}
		case *joint:
			got = l.p.Teacher
		}
		if slices.Equal(want, l.p.Initial) || !fixture.Near(want, got) {
			t.Errorf("%s starts from %v, the prototypes are at %v", second, got, want)
		}
	}
}

// TestScheduleDropsLengths: joint prototypes have lengths and a teacher's copy, which no other learner knows; each takes over
// directions that both branches share.
func TestScheduleDropsLengths(t *testing.T) {
	const k, d = 12, 8
	for _, second := range []string{"frozen", "gmm", "kmeans", "ema"} {
		cfg := small(map[string]any{"prototypes.count": k, "prototypes.norm": 3})
		l := New("joint until 1, "+second, cfg, Host{Lengths: true}, NewPrototypes(fixture.RandomUnit(5, k, d), k, d, true)).(*schedule)
		l.Adopt()
		for i, g := range fixture.RandomUnit(6, k, d) { // as a gradient would
			l.p.Value[i] += 2 * g
		}
		l.p.Moved(nil)
		want := slices.Clone(l.p.Effective[part.Student])
		in := &Step{Index: cfg.StepsPerEpoch, PerEpoch: cfg.StepsPerEpoch, Epoch: 1, Found: NewFound()}
		in.Z[part.Teacher] = make([]float32, d) // says nothing of any direction
		l.Before(in)
		if second == "gmm" {
			if got := l.active().(*gmm).m.Mu; math.Abs(kernel.Norm(got[:d])-1) > 0.3 {
				t.Errorf("the mixture's first mean starts with length %g", kernel.Norm(got[:d]))
			}
			continue
		}
		if !fixture.Near(want, l.p.Value) || !slices.Equal(l.p.Value, l.p.Teacher) {
			t.Errorf("%s starts from other prototypes than the joint learner's directions", second)
		}
	}
}

package learner

import (
	"math"
	"slices"
	"testing"

	"protobench/internal/kernel"
	"protobench/methods/internal/fixture"
	"protobench/methods/part"
)

// TestScheduleStartsFromWhatThereIs checks what a learner takes over: the prototypes as they are,
// not as they were at the start.
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

// TestScheduleDropsLengths: joint prototypes have lengths and a teacher's copy, which no other
// learner knows; each takes over directions that both branches share.
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
			if got := l.active().(*gmm).m.Mu; !(math.Abs(kernel.Norm(got[:d])-1) <= 0.3) {
				t.Errorf("the mixture's first mean starts with length %g", kernel.Norm(got[:d]))
			}
			continue
		}
		if !fixture.Near(want, l.p.Value) || !slices.Equal(l.p.Value, l.p.Teacher) {
			t.Errorf("%s starts from other prototypes than the joint learner's directions", second)
		}
	}
}

// TestScheduleFeedsTheBank: k-means by epochs clusters what came before its time, so its bank is
// fed while another learner is in charge, once a step, and no less in its own time.
func TestScheduleFeedsTheBank(t *testing.T) {
	const k, d = 3, 4
	cfg := small(map[string]any{"prototypes.count": k})
	cfg.Images = 6
	l := New("ema until 1, epoch-kmeans until 2, frozen", cfg, Host{}, NewPrototypes(fixture.RandomUnit(1, k, d), k, d, false)).(*schedule)
	l.Adopt()
	m := l.learners[1].(*epochKMeans)
	for i := range 3 {
		in := &Step{Index: 2 * i, PerEpoch: 2, Epoch: float64(i), Found: NewFound()}
		in.Z[part.Teacher] = fixture.RandomUnit(uint64(10+i), 4, d) // 2 images, 2 views
		l.Before(in)
		if want := in.Z[part.Teacher][:2*d]; m.past.Count() != 2*(i+1) || !slices.Equal(m.past.Value[2*i*d:][:2*d], want) {
			t.Errorf("epoch %d: the bank holds %d embeddings, the newest %v, want %v", i, m.past.Count(), m.past.Value[2*i*d:][:2*d], want)
		}
	}
}

// TestSchedulePhases knows who is in charge when, and that all of it is the learner's in charge.
func TestSchedulePhases(t *testing.T) {
	const k, d = 3, 4
	cfg := small(map[string]any{"prototypes.count": k, "prototypes.freeze_epochs": 2.5})
	l := New("kmeans until 1, frozen until 2, joint", cfg, Host{}, NewPrototypes(fixture.RandomUnit(1, k, d), k, d, true)).(*schedule)
	for epoch, want := range map[float64]int{0: 0, 0.75: 0, 1: 1, 1.75: 1, 2: 2, 9: 2} {
		if got := l.phase(epoch); got != want {
			t.Errorf("epoch %g is in phase %d, want %d", epoch, got, want)
		}
	}
	if p := l.Params(); len(p) != 1 || p[0] != l.learners[2].(*joint).param {
		t.Errorf("parameters %v", p)
	}
	z := fixture.RandomUnit(2, 1, d)
	for phase, moves := range []bool{true, false, false} { // the joint one is frozen at epoch 2
		l.at[0] = float64(phase)
		if got := l.Moves(2); got != moves {
			t.Errorf("phase %d moves: %v", phase, got)
		}
	}
	l.at[0] = 0
	km := l.learners[0].(*kmeans)
	km.count[1] = 8
	if l.Split(0, 1, z); km.count[0] != 4 || km.count[1] != 4 {
		t.Errorf("counts %v after a split", km.count)
	}
	l.at[0] = 2
	if l.Split(0, 1, z); !fixture.Near(l.p.Value[:d], z) {
		t.Errorf("a split of a learner without statistics leads to %v, want %v", l.p.Value[:d], z)
	}
	if p := New("kmeans until 1, frozen", cfg, Host{}, placed(fixture.RandomUnit(1, k, d), d)).Params(); p != nil {
		t.Errorf("parameters %v where none follows a gradient", p)
	}
}

package methods

import (
	"math"
	"slices"
	"testing"

	"protobench/internal/kernel"
	"protobench/methods/part"
)

func TestPhases(t *testing.T) {
	for _, text := range []string{"joint", "gmm until 5, joint", "frozen until 0.5, gmm until 2, joint"} {
		phases, err := part.Phases(text)
		if err != nil || part.Schedule(phases) != text {
			t.Errorf("%q reads as %v and is written %q: %v", text, phases, part.Schedule(phases), err)
		}
	}
	for _, text := range []string{"gmm, joint", "gmm until 5", "gmm until 5, joint until 9", "gmm until x, joint", "gmm until 0, joint", "gmm until 3, joint until 2, ema"} {
		if _, err := part.Phases(text); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
	for _, text := range []string{"joint until 1, gmm until 2, joint", "gmm until 1, gmm", "gmm until 1, hyperspherical", "gmm until 1, jont"} {
		c := testConfig(t, "swav").Composition
		if c.Learner = text; CheckComposition(c) == nil {
			t.Errorf("%q was accepted", text)
		}
	}
	cfg := testConfig(t, "swav")
	cfg.Composition.Learner = "gmm until 4, joint"
	if len(Check(cfg)) != 1 {
		t.Error("a phase behind the end was accepted")
	}
}

// TestScheduleHandsOver follows the prototypes through the boundary: the second learner starts where the first one ended, from then on
// they move by its rule alone, and the record of movement goes on.
func TestScheduleHandsOver(t *testing.T) {
	cfg := testConfig(t, "swav+frozen")
	cfg.Composition.Learner = "frozen until 1, gmm until 2, joint"
	tr, next := start(t, cfg), batches(cfg)
	initial := tr.Learned()[0].Initial
	var handed []int
	for i := range 3 * cfg.StepsPerEpoch {
		before, path := slices.Clone(tr.host.learners[0].vectors().value), tr.Learned()[0].Path
		for _, e := range steps(t, tr, next, 1)[0].Events {
			if e.Kind == "handover" {
				handed = append(handed, e.Step)
			}
		}
		l := tr.Learned()[0]
		if moved := !slices.Equal(before, tr.host.learners[0].vectors().value); moved == (i < cfg.StepsPerEpoch) {
			t.Errorf("step %d: prototypes moved: %v", i, moved)
		}
		if l.Path < path || !slices.Equal(l.Initial, initial) {
			t.Errorf("step %d: the record of movement was lost", i)
		}
		if same := slices.Equal(l.Current[part.Student], l.Current[part.Teacher]); same == (i >= 2*cfg.StepsPerEpoch) {
			t.Errorf("step %d: student and teacher have the same prototypes: %v", i, same)
		}
	}
	if !slices.Equal(handed, []int{cfg.StepsPerEpoch, 2 * cfg.StepsPerEpoch}) {
		t.Errorf("handed over at steps %v", handed)
	}
}

// TestScheduleIsItsFirstPhase compares the steps before the boundary with those of the learner alone.
func TestScheduleIsItsFirstPhase(t *testing.T) {
	for _, first := range []string{"gmm", "joint", "kmeans", "epoch-kmeans"} {
		cfg := testConfig(t, "dino+frozen")
		cfg.Composition.Learner = first
		alone := start(t, cfg)
		cfg.Composition.Learner = first + " until 2, frozen"
		phased := start(t, cfg)
		a, b := steps(t, alone, batches(cfg), 8), steps(t, phased, batches(cfg), 8)
		if a[7].Loss != b[7].Loss || !slices.Equal(alone.Learned()[0].Current[part.Teacher], phased.Learned()[0].Current[part.Teacher]) {
			t.Errorf("%s: loss %g alone, %g as a phase", first, a[7].Loss, b[7].Loss)
		}
	}
}

// TestDrift checks the report: the drift is the path of the last whole epoch.
func TestDrift(t *testing.T) {
	cfg := testConfig(t, "swav")
	cfg.Composition.Observers = []string{"kmeans"}
	tr, next := start(t, cfg), batches(cfg)
	s := steps(t, tr, next, cfg.StepsPerEpoch)
	first := s[len(s)-1].Values
	s = steps(t, tr, next, cfg.StepsPerEpoch)
	second := s[len(s)-1].Values
	for _, prefix := range []string{"", "observer.kmeans."} {
		if first[prefix+"drift"] != first[prefix+"path"] || s[0].Values[prefix+"drift"] != first[prefix+"drift"] {
			t.Errorf("%sdrift %g after an epoch of path %g", prefix, first[prefix+"drift"], first[prefix+"path"])
		}
		if d := second[prefix+"drift"]; d != second[prefix+"path"]-first[prefix+"path"] || d == 0 {
			t.Errorf("%sdrift %g in the second epoch", prefix, d)
		}
	}
	if l := tr.Learned()[1]; l.Drift != second["observer.kmeans.drift"] {
		t.Errorf("the outcome's drift is %g", l.Drift)
	}
}

// TestScheduleStartsFromWhatThereIs checks what a learner takes over: the prototypes as they are, not as they were at the start.
func TestScheduleStartsFromWhatThereIs(t *testing.T) {
	cfg := testConfig(t, "swav")
	cfg.Settings.MustSet("prototypes.count", 3)
	for _, second := range []string{"kmeans", "gmm", "self-cluster", "joint"} {
		l := newLearner("ema until 1, "+second, cfg, Host{}, newPrototypes(randomUnit(cfg.Seed, 3, 4), 3, 4, second == "joint")).(*schedule)
		l.p.start([]float32{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0})
		l.adopt()
		in := &stepInput{perEpoch: 1, found: newFound()}
		in.z[part.Teacher] = []float32{0.8, 0, 0, 0.6, 0.8, 0, 0, -0.6, 0.6, 0, 0, 0.8}
		l.before(in)
		want := slices.Clone(l.p.value)
		in.step, in.epoch, in.z[part.Teacher] = 1, 1, nil // a step without embeddings
		l.before(in)
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
			got = l.p.teacher
		}
		if slices.Equal(want, l.p.initial) || !near(want, got) {
			t.Errorf("%s starts from %v, the prototypes are at %v", second, got, want)
		}
	}
}

// TestScheduleDropsLengths: joint prototypes have lengths and a teacher's copy, which no other learner knows; each takes over
// directions that both branches share.
func TestScheduleDropsLengths(t *testing.T) {
	for _, second := range []string{"frozen", "gmm", "kmeans", "ema"} {
		cfg := testConfig(t, "dino+frozen")
		cfg.Composition.Learner = "joint until 1, " + second
		cfg.Settings.MustSet("prototypes.norm", 3)
		tr, next := start(t, cfg), batches(cfg)
		steps(t, tr, next, cfg.StepsPerEpoch)
		l := tr.host.learners[0].(*schedule)
		want := slices.Clone(l.p.now[part.Student])
		in := &stepInput{step: cfg.StepsPerEpoch, perEpoch: cfg.StepsPerEpoch, epoch: 1, found: newFound()}
		in.z[part.Teacher] = make([]float32, l.p.d) // says nothing of any direction
		l.before(in)
		if second == "gmm" {
			if got := l.active().(*gmm).m.Mu; math.Abs(kernel.Norm(got[:l.p.d])-1) > 0.3 {
				t.Errorf("the mixture's first mean starts with length %g", kernel.Norm(got[:l.p.d]))
			}
			continue
		}
		if !near(want, l.p.value) || !slices.Equal(l.p.value, l.p.teacher) {
			t.Errorf("%s starts from other prototypes than the joint learner's directions", second)
		}
	}
}

package methods

import (
	"slices"
	"testing"

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

// TestScheduleHandsOver follows the prototypes through the boundary: the second learner starts
// where the first one ended, from then on they move by its rule alone, and the record of movement
// goes on.
func TestScheduleHandsOver(t *testing.T) {
	cfg := testConfig(t, "swav+frozen")
	cfg.Composition.Learner = "frozen until 1, gmm until 2, joint"
	tr, next := start(t, cfg), batches(cfg)
	initial := tr.Learned()[0].Initial
	var handed []int
	for i := range 3 * cfg.StepsPerEpoch {
		before, path := slices.Clone(tr.host.learners[0].Vectors().Value), tr.Learned()[0].Path
		for _, e := range steps(t, tr, next, 1)[0].Events {
			if e.Kind == "handover" {
				handed = append(handed, e.Step)
			}
		}
		l := tr.Learned()[0]
		if moved := !slices.Equal(before, tr.host.learners[0].Vectors().Value); moved == (i < cfg.StepsPerEpoch) {
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

// TestScheduleIsItsFirstPhase compares the steps before the boundary with those of the learner
// alone.
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

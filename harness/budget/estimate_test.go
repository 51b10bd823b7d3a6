package budget

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"protobench/datasets"
	"protobench/harness/cell"
	"protobench/harness/internal/fixture"
	"protobench/harness/internal/standin"
)

func estimate(t *testing.T, text string, e cell.Engine) map[string]Arm {
	t.Helper()
	jobs := standin.Jobs(t, text)
	all, err := Estimate(t.Context(), jobs, e, datasets.NewLibrary(fixture.Open))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]Arm{}
	for _, b := range all {
		out[b.Name] = b
	}
	return out
}

// Four arms and two supervised rows train; the rows of pixels and of the untrained encoder, which
// stands once a seed, are evaluated alone.
func TestEstimateCountsEveryJob(t *testing.T) {
	slow := standin.Engine(func(f *fixture.Fake) {
		f.AtStep = func(int) error { time.Sleep(2 * time.Millisecond); return nil }
	})
	got := estimate(t, fixture.Small, slow)
	for arm, want := range map[string][2]int{"pixels": {1, 0}, "untrained": {2, 0}, "supervised": {2, 15}, "swav": {2, 15}, "swav+gmm": {2, 15}} {
		b := got[arm]
		if b.Cells != want[0] || b.Steps != want[1] || b.Evaluate <= 0 {
			t.Errorf("%s: %+v, want %d cells of %d steps, and a time of evaluation", arm, b, want[0], want[1])
		}
		if (b.Training() >= 2*15*2*time.Millisecond) != (b.Steps > 0) || b.Total() != b.Training()+b.Evaluation() || b.Evaluation() != time.Duration(b.Cells)*b.Evaluate {
			t.Errorf("%s: %v of training and %v of evaluation make %v", arm, b.Training(), b.Evaluation(), b.Total())
		}
	}
	if len(got) != 5 {
		t.Errorf("%+v", got)
	}
}

// Arms that differ in their losses alone are evaluated alike, those with observers, other encoders or
// numbers of prototypes are not.
func TestWhatIsEvaluatedAlikeIsTimedOnce(t *testing.T) {
	text := strings.Replace(fixture.Small, "[[method]]", "[matrix]\n'loss.temperature' = [0.1, 0.2]\n'prototypes.count' = [4, 5]\n'augment.crop_min' = [0.3, 0.4]\n[[method]]", 1)
	jobs := standin.Jobs(t, text)
	x := newEstimator(standin.Engine(nil), datasets.NewLibrary(fixture.Open))
	all, err := x.all(t.Context(), jobs)
	if err != nil {
		t.Fatal(err)
	}
	// pixels; the untrained and the supervised network, whose augmentations are two each; two
	// methods at two numbers of prototypes
	if len(all) != 1+2*2+2*8 || len(x.evaluated) != 1+1+2*2 {
		t.Errorf("%d arms, %d evaluations: %v", len(all), len(x.evaluated), slices.Sorted(maps.Keys(x.evaluated)))
	}
	for _, b := range all {
		if b.Evaluate <= 0 || b.Name != "pixels" && b.Memory.State == 0 {
			t.Errorf("%+v", b)
		}
	}
}

// The time that does not grow with the number of images is not multiplied.
func TestTimesLieOnALine(t *testing.T) {
	for _, c := range []struct {
		small, large int
		took         [2]time.Duration
		n            int
		want         time.Duration
	}{
		{100, 300, [2]time.Duration{7, 7}, 9000, 7},
		{100, 300, [2]time.Duration{10, 30}, 9000, 900},
		{100, 300, [2]time.Duration{105, 115}, 1100, 155},
		{100, 300, [2]time.Duration{10, 30}, 200, 20},
		{100, 300, [2]time.Duration{50, 30}, 9000, 30}, // a busy machine
		{100, 300, [2]time.Duration{0, 30}, 9000, 900},
		{300, 300, [2]time.Duration{9, 30}, 600, 60},
	} {
		if got := along(c.small, c.large, c.took, c.n); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

func TestEstimateEndsWithItsContext(t *testing.T) {
	jobs := standin.Jobs(t, fixture.Small)
	ctx, stop := context.WithCancel(t.Context())
	steps := 0
	e := standin.Engine(func(f *fixture.Fake) {
		f.AtStep = func(int) error {
			if steps++; steps == 2 {
				stop()
			}
			return nil
		}
	})
	if _, err := Estimate(ctx, jobs, e, datasets.NewLibrary(fixture.Open)); !errors.Is(err, context.Canceled) || steps != 2 {
		t.Errorf("%v after %d steps", err, steps)
	}
}

// Arms that differ in rates and temperatures alone take the same time: one of them is measured. A
// weight that is zero takes a term away.
func TestArmsOfOneShapeAreMeasuredOnce(t *testing.T) {
	text := strings.Replace(fixture.Small, "seeds = 2", "seeds = 1\nreferences = false", 1) // each is built for what it needs, and to be timed
	for matrix, want := range map[string]int{
		"\"loss.temperature\" = [0.1, 0.2, 0.3]\n\"train.lr\" = [0.1, 0.2]":                  4, // both methods
		"\"prototypes.count\" = [4, 5, 6]":                                                   12,
		"\"prototypes.lr_mult\" = {values = [0.0, 1.0, 2.0], where = {learner = \"joint\"}}": 6,
	} {
		built := 0
		jobs := standin.Jobs(t, text+"[matrix]\n"+matrix)
		all, err := Estimate(t.Context(), jobs, standin.Engine(func(*fixture.Fake) { built++ }), datasets.NewLibrary(fixture.Open))
		if err != nil || built != want || len(all) != len(jobs) {
			t.Errorf("%s: %d arms measured, want %d; %d of %d budgets, %v", matrix, built, want, len(all), len(jobs), err)
		}
		for i := range all {
			if id := jobs[i].Identity(); all[i].Name != id.Arm() || all[i].Steps == 0 {
				t.Errorf("%+v, want %s", all[i], id.Arm())
			}
		}
	}
}

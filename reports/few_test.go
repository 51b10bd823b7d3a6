package reports

import (
	"strings"
	"testing"

	"protobench/harness/store"
)

// An arm of which few prototypes are used or live has a remark, whatever its outcome.
func TestFewPrototypesInUse(t *testing.T) {
	for _, c := range []struct {
		name       string
		k, n       int
		used, dead float64 // negative: not measured
		decided    float64
		want       string
	}{
		{"healthy", 64, 1000, 64, 0, 1, ""},
		{"three of 64", 64, 1000, 3, 61.0 / 64, 1, "fewer than 25 % of the prototypes (of the images, where these are fewer) have a training image"},
		{"used and dead", 64, 10000, 40, 49.0 / 64, 1, "are live"},
		{"at the bound", 64, 1000, 16, 48.0 / 64, 1, ""},
		{"below it", 64, 1000, 15, 48.0 / 64, 1, "have a training image"},
		{"more prototypes than images", 1000, 100, 90, 0.91, 1, ""},
		{"few of few images", 1000, 100, 20, 0.98, 1, "have a training image"},
		{"only dead measured", 64, 1000, -1, 0.9, 1, "are live"},
		{"nothing measured", 64, 1000, -1, -1, 0.25, ""},
		{"undecided", 64, 1000, 64, 0, 0.24, "fewer than 25 % of the training images are decided"},
	} {
		m := store.Metrics{}
		if c.used >= 0 {
			m["used"] = c.used
		}
		if c.dead >= 0 {
			m["dead"] = c.dead
		}
		m["decided"] = c.decided
		a := &arm{planned: store.PlanCell{Prototypes: c.k, Images: []int{c.n / 2, c.n / 2}}}
		for range 2 {
			a.runs = append(a.runs, run{store.CellState{State: store.Done, Result: store.Result{Outcome: store.Outcome{Status: store.OK}, Metrics: m}}, c.k})
		}
		if got := strings.Join(a.fewUsed(), "; "); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want …%s…", c.name, got, c.want)
		}
	}
}

// What a collapsed run uses is in no remark, as it is in no mean.
func TestFewLeavesOutCollapsedRuns(t *testing.T) {
	a := &arm{planned: store.PlanCell{Prototypes: 64}}
	for status, used := range map[string]float64{store.OK: 20, store.Collapsed: 1} {
		m := store.Metrics{"used": used, "dead": 0, "decided": 1}
		a.runs = append(a.runs, run{store.CellState{State: store.Done, Result: store.Result{Outcome: store.Outcome{Status: status}, Metrics: m}}, 64})
	}
	if got := a.fewUsed(); got != nil {
		t.Error(got)
	}
}

// Where live-unique and unique stand side by side, the page says once that one can exceed the
// other.
func TestCoversThatAreNotNestedAreExplained(t *testing.T) {
	s, err := load(demo(t))
	must(t, err)
	page, err := s.readme(nil, s.tables(nil))
	must(t, err)
	if n := strings.Count(page, "It can exceed unique@ε: the covers are greedy and not nested"); n != 1 {
		t.Errorf("said %d times", n)
	}
	if !strings.Contains(page, "On average fewer than 25 % of the prototypes (of the images, where these are fewer) are live") {
		t.Error("the frozen arms have no remark")
	}
}

package reports

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/harness/store"
)

// What a plan announces is what the report then tests.
func TestFamilyIsWhatTheReportTests(t *testing.T) {
	s, err := load(demo(t))
	if err != nil {
		t.Fatal(err)
	}
	want := len(s.comparisons())
	if got := PairsOf(s.plan).Comparisons; got != want || want == 0 {
		t.Errorf("announced %d comparisons, the report makes %d", got, want)
	}
	p := s.plan
	p.Baseline = ""
	if got := PairsOf(p); got.Comparisons != 0 || got.Alone != nil {
		t.Errorf("%+v without a baseline", got)
	}
}

// Arms of one hash are not tested against each other, and those without a partner are named.
func TestPairsLeaveOutTwinsAndNameTheLonely(t *testing.T) {
	cells := []store.Cell{
		cellOf("swav", "swav", "joint", "plain", nil), cellOf("mine", "swav", "joint", "plain", nil), cellOf("swav+gmm", "swav", "gmm", "centred", nil),
		cellOf("pcl", "pcl", "pcl", "plain", nil),
	}
	for i, hash := range []string{"a", "a", "b", "c"} {
		cells[i].Hash = hash
	}
	for baseline, want := range map[string]Pairs{
		"learner=joint": {Comparisons: 1, Alone: []string{"pcl"}},
		"mine":          {Comparisons: 2},
		"":              {},
	} {
		p := store.Plan{Baseline: baseline, Primary: []string{"live_unique@0.025"}}
		for _, c := range cells {
			p.Cells = append(p.Cells, store.PlanCell{Cell: c})
		}
		if d := cmp.Diff(want, PairsOf(p)); d != "" {
			t.Errorf("%q: %s", baseline, d)
		}
	}
	s := sweepOf("learner=joint", cells...)
	table := s.mainTable(s.comparisons())
	if got := table.Rows[1][0].Marks; len(got) == 0 || !strings.Contains(table.Footnotes("", func(s string) string { return s }), "The same as swav in everything that decides a number") {
		t.Errorf("the twin's row has the mark %v", got)
	}
	if slices.ContainsFunc(table.Rows[0][0].Marks, func(m int) bool { return slices.Contains(table.Rows[1][0].Marks, m) }) {
		t.Error("the first of the two has the note as well")
	}
	if text := s.baselineText(); !strings.HasSuffix(text, " Without such a partner, and so not tested: pcl.") {
		t.Error(text)
	}
}

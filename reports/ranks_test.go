package reports

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/harness/store"
)

// Six seeds tell two arms apart, and not three: then the reason stands where letters would.
func TestRanks(t *testing.T) {
	s := sweepOf("learner=joint", cellOf("swav", "swav", "joint", "plain", nil), cellOf("swav+gmm", "swav", "gmm", "plain", nil))
	s.arms[0].runs = runsOf(map[uint64]float64{0: 1, 1: 2, 2: 1, 3: 2, 4: 1, 5: 2}, store.OK)
	s.arms[1].runs = runsOf(map[uint64]float64{0: 5, 1: 6, 2: 7, 3: 5, 4: 6, 5: 7}, store.OK)
	got := s.rankTable()
	want := [][]string{
		{"live-unique@0.025 %", "–", "swav+gmm", "6", "60.0 [50.4, 68.9]", "a"},
		{"live-unique@0.025 %", "–", "swav", "6", "15.0 [10.1, 21.7]", "b"},
	}
	if d := cmp.Diff(want, rowTexts(got)); d != "" || got.General != nil {
		t.Errorf("%s%q", d, got.General)
	}
	s.arms[1].runs = s.arms[0].runs
	if got := rowTexts(s.rankTable()); got[0][5] != "a" || got[1][5] != "a" {
		t.Errorf("equal arms: %q", got)
	}
	third := &arm{cell: cellOf("swav+frozen", "swav", "frozen", "plain", nil), runs: s.arms[0].runs}
	s.arms = append(s.arms, third)
	refused := s.rankTable()
	if len(refused.Rows) != 0 || len(refused.General) != 1 || !strings.Contains(refused.General[0], "with 6 paired seeds the smallest p after Holm's correction over 3 pairs is 0.094, whatever they show; 7 seeds can tell them apart") {
		t.Errorf("%q", refused.General)
	}
}

// Arms are ranked among those at their own place on the axes.
func TestRanksKeepPlacesApart(t *testing.T) {
	memory := func(m float64) map[string]any { return map[string]any{"gmm.memory": m} }
	s := sweepOf("learner=joint", cellOf("swav", "swav", "joint", "plain", nil), cellOf("swav+gmm", "swav", "gmm", "plain", memory(1)), cellOf("swav+gmm", "swav", "gmm", "plain", memory(5)))
	for i := range s.arms {
		s.arms[i].runs = runsOf(map[uint64]float64{0: float64(i)}, store.OK)
	}
	var got []string
	for _, group := range s.places() {
		var labels []string
		for _, a := range group {
			labels = append(labels, a.label)
		}
		got = append(got, strings.Join(labels, ", "))
	}
	if d := cmp.Diff([]string{"swav, swav+gmm (memory 1)", "swav, swav+gmm (memory 5)"}, got); d != "" {
		t.Error(d)
	}
}

// A method over two temperatures: the seeds are the replicates, and one that lacks a setting is left
// out of the differences.
func TestAcrossSettings(t *testing.T) {
	s := sweepOf("learner=joint", cellOf("swav", "swav", "joint", "plain", at(0.1)), cellOf("swav", "swav", "joint", "plain", at(0.2)),
		cellOf("swav+gmm", "swav", "gmm", "plain", at(0.1)), cellOf("swav+gmm", "swav", "gmm", "plain", at(0.2)), cellOf("swav+frozen", "swav", "frozen", "plain", at(0.2)))
	for i, values := range []map[uint64]float64{{0: 1, 1: 2, 2: 1}, {0: 2, 1: 2, 2: 2}, {0: 3, 1: 2, 2: 4}, {0: 1, 1: 4, 2: 3, 3: 9}, {0: 1}} {
		s.arms[i].runs = runsOf(values, store.OK)
	}
	want := [][]string{
		{"swav", "live-unique@0.025 %", "2", "17.5", "–", "–", "–", "–"},
		{"swav+gmm", "live-unique@0.025 %", "2", "32.0", "swav", "3", "+11.7 [−7.3, 30.6]", "75.0 [9.9, 98.8]"},
	}
	got := rowTexts(s.acrossTable())
	for _, row := range got {
		row[3] = strings.TrimSpace(row[3])
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

package reports

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/harness/store"
	"protobench/reports/quantity"
	"protobench/reports/table"
)

func TestRemarks(t *testing.T) {
	const text = "linear probe: the fit at L2 1e-06 ended after 500 iterations with a gradient of "
	s := sweepOf("", cellOf("swav", "swav", "joint", "plain", nil), cellOf("dino", "dino", "joint", "plain", nil), cellOf("pixels", "", "", "", nil))
	for _, a := range s.arms {
		a.runs = runsOf(map[uint64]float64{0: 1, 1: 1}, store.OK)
	}
	say := func(a, r int, all ...store.Warning) { s.arms[a].runs[r].Result.Provenance.Warnings = all }
	say(0, 0, store.Warning{Metric: "linear@backbone.teacher", Text: text + "8.9e-06"}, store.Warning{Metric: "linear@backbone.student", Text: text + "3.1e-05"},
		store.Warning{Text: "a general one"})
	say(1, 1, store.Warning{Metric: "linear@backbone.teacher", Text: text + "3.3e-06"}, store.Warning{Metric: "linear_fine@backbone.teacher", Text: text + "1"})
	s.arms[1].runs[0].Result.Undefined = map[string]string{"dead": "no image is assigned", "nmi": "not shown", "observer.joint.dead": "of the observer"}
	notes := func(measures []measure, observers, general bool) ([]string, [][]int) {
		table, remarks := &table.Table{}, s.remarksOn(measures, observers, general)
		var marks [][]int
		for _, a := range s.arms {
			marks = append(marks, remarks.Marks(table, a))
		}
		return table.Notes, marks
	}
	got, marks := notes(measures("dead", "linear@backbone.teacher", "linear@backbone.student"), false, true)
	want := []string{
		"linear@backbone.teacher, linear@backbone.student: " + text + "3.3e-06 to 3.1e-05 (2 of 6 cells).",
		"a general one (1 of 6 cells).",
		"dead has no value in 1 of 6 cells: no image is assigned.",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([][]int{{1, 2}, {1, 3}, nil}, marks); d != "" {
		t.Error(d)
	}
	if got, _ := notes(measures("dead"), true, false); !cmp.Equal(got, []string{"dead has no value in 1 of 6 cells: no image is assigned.", "dead has no value in 1 of 6 cells: of the observer."}) {
		t.Errorf("observers: %v", got)
	}
	if got, _ := notes(measures("used"), false, false); got != nil {
		t.Errorf("notes on what is not shown: %v", got)
	}
}

// What every cell says stands once under the table, without marks.
func TestRemarkOnAllCells(t *testing.T) {
	s := sweepOf("", cellOf("swav", "swav", "joint", "plain", nil), cellOf("dino", "dino", "joint", "plain", nil))
	for _, a := range s.arms {
		a.runs = runsOf(map[uint64]float64{0: 1}, store.OK)
		a.runs[0].Result.Provenance.Warnings = []store.Warning{{Key: "data.validation", Text: "data.validation = 0.2: no numbers to report"}}
	}
	table := s.mainTable(s.comparisons())
	if table.Rows[0][0].Marks != nil || table.Notes != nil || !cmp.Equal(table.General, []string{"data.validation = 0.2: no numbers to report (2 of 2 cells)."}) {
		t.Errorf("marks %v, notes %v, general %v", table.Rows[0][0].Marks, table.Notes, table.General)
	}
}

// What one test can show and what the family can.
func TestHolmNote(t *testing.T) {
	for _, c := range []struct {
		n, m int
		want []string
	}{
		{3, 24, []string{"With 3 paired seeds", "is 0.250; six seeds reach 0.031, for one test", "24·2^(1−n)) = 1.000", "needs 10 seeds (0.047)"}},
		{6, 2, []string{"is 0.031. Holm's", "2·2^(1−n)) = 0.062", "needs 7 seeds (0.031)"}},
	} {
		for _, w := range c.want {
			if got := quantity.HolmNote(c.n, c.m); !strings.Contains(got, w) {
				t.Errorf("no %q in %q", w, got)
			}
		}
	}
}

// A difference of fewer pairs than the row has runs tells their number; six seeds that
// reach one test but not the family are still noted.
func TestMainTableCountsPairs(t *testing.T) {
	s := sweepOf("learner=joint", cellOf("swav", "swav", "joint", "plain", nil), cellOf("swav+gmm", "swav", "gmm", "plain", nil), cellOf("swav+frozen", "swav", "frozen", "plain", nil))
	six := map[uint64]float64{0: 1, 1: 2, 2: 3, 3: 4, 4: 5, 5: 6}
	s.arms[0].runs = runsOf(map[uint64]float64{0: 1, 1: 1, 2: 1, 3: 1, 4: 1}, store.OK)
	s.arms[1].runs, s.arms[2].runs = runsOf(six, store.OK), runsOf(map[uint64]float64{0: 1, 1: 2, 2: 3, 3: 4, 4: 5}, store.OK)
	text, err := s.mainTable(s.comparisons()).Markdown()
	must(t, err)
	if strings.Count(text, "(n = 5)") != 1 || !strings.Contains(text, "2·2^(1−n)) = 0.125") {
		t.Errorf("got\n%s", text)
	}
}

package reports

import (
	"testing"

	"protobench/harness/store"
)

func TestMixedFormsAreNoted(t *testing.T) {
	own, other := &arm{cell: store.Cell{Form: "faithful"}}, &arm{}
	row := &arm{reference: true}
	for _, c := range []struct {
		arms  []*arm
		notes int
	}{{[]*arm{own, other}, 1}, {[]*arm{own, row}, 0}, {[]*arm{other, row}, 0}} {
		s := &sweep{arms: c.arms}
		if got := s.form(c.arms[0]); len(got) != c.notes {
			t.Errorf("%d arms: %q", len(c.arms), got)
		}
		if got := s.form(c.arms[1]); len(got) != 0 {
			t.Errorf("the second arm has the note %q", got)
		}
	}
}

// An arm in its paper's form says so in its label and in the table of arms.
func TestFormsAreInLabels(t *testing.T) {
	own := cellOf("dino", "dino", "joint", "plain", nil)
	own.Form = "faithful"
	s := sweepOf("", own, cellOf("dino", "dino", "joint", "plain", nil))
	if s.arms[0].label != "dino (faithful)" || s.arms[1].label != "dino" {
		t.Errorf("labels %q and %q", s.arms[0].label, s.arms[1].label)
	}
	if rows := rowTexts(s.armTable()); rows[0][5] != "faithful" || rows[1][5] != "controlled" {
		t.Errorf("%q", rows)
	}
}

// Numbers of one are written as one.
func TestExtentCountsOne(t *testing.T) {
	s := sweepOf("", cellOf("swav", "swav", "joint", "plain", nil))
	s.arms[0].runs = runsOf(map[uint64]float64{0: 1}, "ok")
	if got := s.extent(); got != "**Extent.** 1 arm and 0 reference rows, 1 seed (0): 1 of 1 cell done." {
		t.Error(got)
	}
}

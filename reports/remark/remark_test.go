package remark

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/reports/table"
)

// TestNotes: texts that differ in their numbers are one note with their range, said of the arms that
// it is true of; what is true of every cell has no marks.
func TestNotes(t *testing.T) {
	n := &Notes{}
	for cell := range 4 {
		n.Count()
		arm := cell / 2
		n.Add(arm, cell, false, "", "seen 7 times")
		if cell > 0 {
			n.Add(arm, cell, false, "knn", []string{"", "9 rows vote", "12 rows vote", "1.5e+01 rows vote"}[cell])
			n.Add(arm, cell, false, "linear", "10 rows vote") // of the same cell
		}
	}
	n.Add(1, 3, true, "dead", "no image is assigned")
	of := &table.Table{}
	marks := [][]int{n.Marks(of, 0), n.Marks(of, 1)}
	if d := cmp.Diff([]string{"knn, linear: 9 to 1.5e+01 rows vote (3 of 4 cells).", "dead has no value in 1 of 4 cells: no image is assigned."}, of.Notes); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"seen 7 times (4 of 4 cells)."}, of.General); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([][]int{{1}, {1, 2}}, marks); d != "" {
		t.Error(d)
	}
}

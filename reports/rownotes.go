package reports

import (
	"fmt"
	"slices"

	"protobench/harness/store"
	"protobench/reports/pivot"
	"protobench/reports/table"
)

// rowNotes adds what a reader has to know about one row's runs and returns the marks.
func (s *sweep) rowNotes(t *table.Table, a *arm) []int {
	var marks []int
	for _, text := range slices.Concat(s.twinText(a), s.form(a), a.rounded(), a.lacking(), a.fewUsed(), a.residue()) {
		marks = append(marks, t.Note(text))
	}
	return marks
}

// twinText tells of an arm that is an earlier one under another name.
func (s *sweep) twinText(a *arm) []string {
	for _, b := range s.trained() {
		switch {
		case b == a:
			return nil
		case b.twin(a):
			return []string{fmt.Sprintf("The same as %s in everything that decides a number: trained once, and not tested against it.", b.label)}
		}
	}
	return nil
}

// rounded tells of an arm whose encoder was trained with products of another precision than
// float32.
func (a *arm) rounded() []string {
	var out []string
	for _, p := range a.provenance(func(p store.Provenance) string { return p.Precision }) {
		out = append(out, fmt.Sprintf("Trained with products of %s and sums of float32 (train.precision), which changes every number a little; other rows, evaluation, losses and prototypes are float32.", p))
	}
	return out
}

// form tells of an arm in its paper's form where others are in the controlled one: such rows do not
// differ in the three axes alone.
func (s *sweep) form(a *arm) []string {
	mixed := slices.ContainsFunc(s.trained(), func(b *arm) bool { return b.cell.Form != a.cell.Form })
	if a.cell.Form == "" || !mixed {
		return nil
	}
	return []string{"In its paper's form: head, optimizer and schedules are the paper's, scaled to the batch, and differ from the other rows'."}
}

// lacking tells which runs are not in the row.
func (a *arm) lacking() []string {
	var out []string
	count := map[store.State]int{}
	for _, r := range a.runs {
		count[r.State]++
	}
	if n := count[store.Missing] + count[store.Partial]; n > 0 {
		out = append(out, fmt.Sprintf("%d of %d runs are not finished; run the sweep again to go on with them.", n, len(a.runs)))
	}
	if bad := a.withStatus(store.Failed) + a.withStatus(store.Diverged); bad > 0 {
		out = append(out, fmt.Sprintf("%d of %d runs failed or diverged and have no final metrics; see the list of failures.", bad, len(a.runs)))
	}
	if n := a.withStatus(store.Collapsed); n > 0 {
		out = append(out, fmt.Sprintf("%d of %d runs collapsed totally: their accuracies are in the means, what they say of prototypes is in none.", n, len(a.runs)))
	}
	return out
}

func (a *arm) withStatus(status string) int {
	n := 0
	for _, r := range a.runs {
		if r.Result.Outcome.Status == status {
			n++
		}
	}
	return n
}

// residue tells of runs in one row that were made by different programs, on different data, or with
// a setting that differs and is no axis.
func (a *arm) residue() []string {
	var runs []store.CellState
	for _, r := range a.runs {
		runs = append(runs, r.CellState)
	}
	var out []string
	for _, text := range pivot.Residue(runs, append(pivot.Parts(), a.cell.AxisKeys()...)) {
		out = append(out, "The row mixes "+text+".")
	}
	return out
}

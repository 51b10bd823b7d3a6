package reports

import (
	"slices"
	"strings"
	"testing"

	"protobench/harness/store"
	"protobench/reports/pivot"
)

// A row that was trained with products of bf16 has a footnote, others have none.
func TestRoundedProductsAreFootnoted(t *testing.T) {
	for precision, want := range map[string]string{"": "", "bf16": "Trained with products of bf16"} {
		a := &arm{}
		for range 2 {
			a.runs = append(a.runs, run{store.CellState{State: store.Done, Result: store.Result{Provenance: store.Provenance{Precision: precision}}}, 8})
		}
		if got := a.rounded(); strings.Join(got, "") == "" != (want == "") || len(got) > 1 || len(got) == 1 && !strings.HasPrefix(got[0], want) {
			t.Errorf("%q: %q", precision, got)
		}
	}
	s, err := load(demo(t))
	must(t, err)
	if _, named := s.common(pivot.Precision); !named || slices.Contains(s.settingKeys(), pivot.Precision) {
		t.Error("arms of float32 name their precision, or none")
	}
	low := s.arms[0]
	low.planned.Settings = append(slices.Clone(low.planned.Settings), store.Setting{Key: pivot.Precision, Value: "bf16"})
	if !slices.Contains(s.differing(), pivot.Precision) || !slices.Contains(differences(low, s.arms[1]), pivot.Precision) {
		t.Error("an arm of bf16 differs in nothing from others")
	}
	low.runs[0].Result.Provenance.Precision = "bf16"
	table := s.mainTable(s.comparisons())
	if mark := table.Rows[0][0].Marks; len(table.Notes) == 0 || !slices.Contains(mark, 1) || !strings.HasPrefix(table.Notes[0], "Trained with products of bf16") {
		t.Errorf("%v of %q", mark, table.Notes)
	}
}

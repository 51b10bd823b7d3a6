package cli

import (
	"strings"
	"testing"
	"time"

	"protobench/harness"
	"protobench/harness/budget"
	"protobench/harness/cell"
	"protobench/harness/sweep"
)

func budgets() []budget.Arm {
	return []budget.Arm{
		{Name: "pixels", Cells: 1, Evaluate: 30 * time.Second},
		{Name: "swav", Cells: 3, Steps: 100, Step: 200 * time.Millisecond, Evaluate: 4 * time.Second, Memory: cell.Memory{Weights: 2e6}},
	}
}

// The plan's sum has every cell's evaluation, and the weights where they are kept.
func TestPlansSumUpEvaluationAndWeights(t *testing.T) {
	for keeps, want := range map[bool]int64{true: 6e6, false: 0} {
		got := sumOf(&harness.Plan{Sweep: &sweep.Sweep{KeepsWeights: keeps}}, budgets())
		if got.EvalS != 42 || got.Kept != want {
			t.Errorf("weights are kept: %v, %+v", keeps, got)
		}
	}
}

func TestBudgetsAreSaidInWords(t *testing.T) {
	total := planTotal{TrainS: 60, Steps: 300, budgetTotal: budgetTotal{EvalS: 42, Kept: 6e6}}
	for _, c := range []struct{ got, want string }{
		{spent(budgets(), total), "3 trained cells × 100 steps × 200.0 ms: about 1 min 42 s on one core, 1 min 00 s of it training and 42 s evaluation"},
		{spent(budgets()[:1], planTotal{budgetTotal: budgetTotal{EvalS: 30}}), "nothing is trained: about 30 s of evaluation on one core"},
		{stored(total), "finished cells keep their weights: 6.0 MB on disk; [store] weights = false leaves them out"},
		{stored(planTotal{}), "no cell keeps weights on disk"},
		{megabytes(999), "1.0 kB"},
		{work(append(budgets(), budget.Arm{Cells: 1, Steps: 7}), 307), "4 trained cells, 307 steps"},
	} {
		if c.got != c.want {
			t.Errorf("%s, want %s", c.got, c.want)
		}
	}
	var table strings.Builder
	if err := budgetTable(&table, budgets(), total); err != nil || !strings.Contains(table.String(), "pixels  1      0 ") {
		t.Errorf("%v\n%s", err, table.String())
	}
}

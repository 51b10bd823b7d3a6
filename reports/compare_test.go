package reports

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"protobench/harness/store"
	"protobench/reports/pivot"
)

// cells make a sweep in memory.
func sweepOf(baseline string, cells ...store.Cell) *sweep {
	s := &sweep{plan: store.Plan{Baseline: baseline, Primary: []string{"live_unique@0.025"}}}
	for _, c := range cells {
		s.arms = append(s.arms, &arm{cell: c, reference: pivot.IsReference(c)})
	}
	s.finish()
	return s
}

func cellOf(method, objective, learner, embedding string, axes map[string]any) store.Cell {
	return store.Cell{Method: method, Objective: objective, Learner: learner, Embedding: embedding, Axes: axes}
}

func at(t float64) map[string]any { return map[string]any{"loss.temperature": t} }

func TestBaseline(t *testing.T) {
	memory := func(m float64) map[string]any { return map[string]any{"gmm.memory": m, "loss.temperature": 0.2} }
	cases := []struct {
		name     string
		baseline string
		cells    []store.Cell
		want     []string // per cell: its baseline's label, "" for none
	}{
		{
			"own objective's plain joint arm at equal axes", "learner=joint",
			[]store.Cell{
				cellOf("swav+aids", "swav", "joint", "centred", at(0.2)), cellOf("swav", "swav", "joint", "plain", at(0.2)),
				cellOf("swav", "swav", "joint", "plain", at(0.1)), cellOf("dino", "dino", "joint", "plain", at(0.2)),
				cellOf("swav+gmm", "swav", "gmm", "centred", at(0.1)), cellOf("dino+gmm", "dino", "gmm", "centred", at(0.1)),
				cellOf("pixels", "", "", "", nil),
			},
			[]string{"swav (T 0.2)", "swav (T 0.2)", "swav (T 0.1)", "dino (T 0.2)", "swav (T 0.1)", "", ""},
		},
		{
			"without a plain preset the arm with the fewest additions", "learner=joint",
			[]store.Cell{
				{Method: "b", Objective: "swav", Learner: "joint", Embedding: "plain", Regularizers: []string{"koleo-prototypes"}},
				{Method: "a", Objective: "swav", Learner: "joint", Embedding: "plain"},
			},
			[]string{"a", "a"},
		},
		{
			"a named arm, for every objective", "swav+frozen",
			[]store.Cell{cellOf("swav+frozen", "swav", "frozen", "plain", at(0.2)), cellOf("dino", "dino", "joint", "plain", at(0.2))},
			[]string{"swav+frozen", "swav+frozen"},
		},
		{
			"an axis of the mixture does not tell joint arms apart", "learner=joint",
			[]store.Cell{
				cellOf("swav", "swav", "joint", "plain", nil),
				cellOf("swav+gmm", "swav", "gmm", "centred", memory(1)), cellOf("swav+gmm", "swav", "gmm", "centred", memory(5)),
			},
			[]string{"swav", "swav", "swav"},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := sweepOf(c.baseline, c.cells...)
			var got []string
			for _, a := range s.arms {
				label := ""
				if b := s.baselineOf(a); b != nil && !a.reference {
					label = b.label
				}
				got = append(got, label)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func runsOf(values map[uint64]float64, status string) []run {
	var out []run
	for seed := range uint64(6) {
		v, ok := values[seed]
		if !ok {
			continue
		}
		d := &store.Dir{}
		c := d.Cell(store.PlanCell{Cell: store.Cell{Seed: seed}})
		out = append(out, run{k: 10, CellState: store.CellState{Dir: c, State: store.Done, Result: store.Result{
			Outcome: store.Outcome{Status: status}, Metrics: store.Metrics{"live_unique@0.025": v, "dead": v / 10}}}})
	}
	return out
}

// Differences are taken at equal seeds, in the shown unit, where both sides are defined.
func TestPairedDifferences(t *testing.T) {
	a := &arm{runs: runsOf(map[uint64]float64{0: 9, 1: 7, 2: 5, 4: 1}, store.OK)}
	b := &arm{runs: runsOf(map[uint64]float64{1: 4, 2: 6, 3: 9, 4: math.NaN()}, store.OK)}
	if d := cmp.Diff([]float64{30, -10}, pairedDifferences(a, b, measureOf("live_unique@0.025")), cmpopts.EquateApprox(1e-9, 1e-9)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]float64{30, -10}, pairedDifferences(a, b, measureOf("dead")), cmpopts.EquateApprox(1e-9, 1e-9)); d != "" {
		t.Error(d)
	}
	collapsed := &arm{runs: runsOf(map[uint64]float64{1: 4, 2: 6}, store.Collapsed)}
	if d := pairedDifferences(a, collapsed, measureOf("dead")); d != nil {
		t.Errorf("what collapsed runs say of prototypes misleads, yet differences %v", d)
	}
	lost := &arm{runs: runsOf(map[uint64]float64{1: 4, 2: 6}, store.Diverged)}
	if d := pairedDifferences(a, lost, measureOf("dead")); d != nil {
		t.Errorf("diverged runs have no final metrics, yet differences %v", d)
	}
}

// Holm's family is arms × declared endpoints.
func TestComparisonsFamily(t *testing.T) {
	s := sweepOf("learner=joint", cellOf("swav", "swav", "joint", "plain", nil),
		cellOf("swav+gmm", "swav", "gmm", "plain", nil), cellOf("swav+frozen", "swav", "frozen", "plain", nil))
	s.arms[0].runs = runsOf(map[uint64]float64{0: 1, 1: 1, 2: 1, 3: 1, 4: 1, 5: 1}, store.OK)
	s.arms[1].runs = runsOf(map[uint64]float64{0: 5, 1: 6, 2: 7, 3: 5, 4: 6, 5: 7}, store.OK)
	s.arms[2].runs = runsOf(map[uint64]float64{0: 2, 1: 0}, store.OK)
	got := s.comparisons()
	if len(got) != 2 || got[0].p != 2.0/64 || got[0].holm != 4.0/64 || got[1].p != 1 || got[1].holm != 1 {
		t.Errorf("got %+v", got)
	}
	if got[0].difference.N != 6 || !(math.Abs(got[0].difference.Mean-50) <= 1e-9) {
		t.Errorf("difference %+v, want a mean of 50", got[0].difference)
	}
}

package reports

import (
	"slices"

	"protobench/reports/table"
	"protobench/stats"
)

// factorial is a 2 × 2 of arms: prototypes that follow the loss (joint) or learn apart from it,
// each without and with all of the help (a centred embedding, a start from data, re-seeding). Where
// help and learner interact, no single pair of its arms says what decoupling does.
type factorial struct {
	joint, jointHelped, apart, apartHelped *arm
}

// factorials finds each complete 2 × 2 of the sweep, in the plan's order of its decoupled arms.
func (s *sweep) factorials() []factorial {
	var out []factorial
	for _, a := range s.trained() {
		if a.cell.Learner == "joint" || a.help() != none {
			continue
		}
		f := factorial{
			joint:       s.counterpart(a, "joint", none),
			jointHelped: s.counterpart(a, "joint", all),
			apart:       a,
			apartHelped: s.counterpart(a, a.cell.Learner, all),
		}
		if f.joint != nil && f.jointHelped != nil && f.apartHelped != nil {
			out = append(out, f)
		}
	}
	return out
}

// help is how much of it an arm has.
type help int

const (
	none help = iota
	some
	all
)

func (a *arm) help() help {
	switch has := []bool{a.centred(), a.start() != "random", a.reseed() == "true"}; {
	case !slices.Contains(has, true):
		return none
	case !slices.Contains(has, false):
		return all
	}
	return some
}

// counterpart is the arm beside a that has a learner and so much help, and else what a has. nil
// where the sweep has none.
func (s *sweep) counterpart(a *arm, learner string, h help) *arm {
	return s.nearest(a, func(b *arm) bool {
		return b.cell.Learner == learner && b.help() == h && sameSet(a.cell.Regularizers, b.cell.Regularizers) && s.sameRun(a, b)
	})
}

// contrast is a weighted sum over the four arms, in their order in [factorial].
type contrast struct {
	name, csv string
	weights   [4]float64
}

// contrasts are the two effects without and with the other factor, and how much they differ.
func contrasts() []contrast {
	return []contrast{
		{"decoupling, without help", "decoupling_without_help", [4]float64{-1, 0, 1, 0}},
		{"decoupling, with help", "decoupling_with_help", [4]float64{0, -1, 0, 1}},
		{"decoupling (main effect)", "decoupling", [4]float64{-0.5, -0.5, 0.5, 0.5}},
		{"help (main effect)", "help", [4]float64{-0.5, 0.5, -0.5, 0.5}},
		{"interaction", "interaction", [4]float64{1, -1, -1, 1}},
	}
}

// of is the contrast at each seed that all four arms were counted at.
func (c contrast) of(f factorial, m measure) []float64 {
	arms := [4]*arm{f.joint, f.jointHelped, f.apart, f.apartHelped}
	var out []float64
	for _, first := range f.joint.counted() {
		var sum float64
		found := 0
		for i, a := range arms {
			r, ok := a.countedAt(first.cell().Seed)
			if !ok {
				continue
			}
			found++
			if c.weights[i] != 0 { // an arm that does not count may have no value
				sum += float64(c.weights[i] * m.in(r, ""))
			}
		}
		if found == len(arms) {
			out = append(out, sum)
		}
	}
	return stats.Finite(out)
}

// factorialTable has a row for each 2 × 2 and declared endpoint. It describes: its contrasts are
// no declared tests.
func (s *sweep) factorialTable() *table.Table {
	t := &table.Table{Name: "factorial", Caption: "What decoupling does without help and with it, and what help does: mean contrasts at equal seeds with 95 % t-intervals, in the endpoint's unit.",
		Columns: []table.Column{table.WordsAs("without help", "without_help"), table.WordsAs("with help", "with_help"), table.Words("endpoint"), seedsColumn()}}
	for _, c := range contrasts() {
		t.Columns = append(t.Columns, table.Column{Name: c.name, CSV: c.csv})
	}
	for _, f := range s.factorials() {
		for _, key := range s.plan.Primary {
			t.Rows = append(t.Rows, f.row(measureOf(key)))
		}
	}
	return t
}

func (f factorial) row(m measure) []table.Value {
	n := len(contrasts()[0].of(f, m))
	row := append(table.Texts(f.joint.label+", "+f.apart.label, f.jointHelped.label+", "+f.apartHelped.label, m.WithUnit()), table.Count(n))
	for _, c := range contrasts() {
		e := stats.Estimated(c.of(f, m))
		row = append(row, table.Value{Text: m.Signed(e, n), Estimate: &e})
	}
	return row
}

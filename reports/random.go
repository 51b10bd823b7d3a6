package reports

import (
	"fmt"
	"math"

	"protobench/metrics/matrix"
	"protobench/metrics/metric"
	"protobench/reports/table"
	"protobench/stats"
)

// randomBaseline is what random unit vectors of the arms' shape give: the geometry that
// no training at all would show.
type randomBaseline struct {
	k, d    int
	vectors matrix.Matrix
	input   *metric.Input // the vectors alone: nothing is assigned to them
}

// randomBaselines returns one baseline per shape of prototypes, in the plan's order.
func (s *sweep) randomBaselines() []randomBaseline {
	var out []randomBaseline
	seen := map[[2]int]bool{}
	for _, a := range s.trained() {
		n := a.size()
		if shape := [2]int{n.k, n.d}; n.k > 0 && n.d > 0 && !seen[shape] {
			seen[shape] = true
			out = append(out, newRandomBaseline(n.k, n.d))
		}
	}
	return out
}

func newRandomBaseline(k, d int) randomBaseline {
	v := matrix.RandomUnit(0, k, d)
	return randomBaseline{k: k, d: d, vectors: v, input: &metric.Input{Prototypes: metric.Prototypes{Effective: v}}}
}

func (b randomBaseline) label() string {
	return fmt.Sprintf("random unit vectors (K %d, D %d)", b.k, b.d)
}

// of is the baseline's shown value; NaN for what random vectors do not have.
func (b randomBaseline) of(m measure) float64 {
	if !m.Geometric {
		return math.NaN()
	}
	r, _ := m.Measure(b.input)
	if r.Undefined != "" {
		return math.NaN()
	}
	return m.Unit.Shown(r.Value, b.k)
}

// value is the baseline's entry in a measure's column.
func (b randomBaseline) value(m measure) table.Value {
	v := b.of(m)
	if math.IsNaN(v) {
		return table.Value{Text: undefined}
	}
	e := stats.Estimated([]float64{v})
	return table.Value{Text: m.Text(e, 1), Estimate: &e}
}

package across

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"protobench/harness/store"
	"protobench/metrics"
	"protobench/metrics/metric"
	"protobench/metrics/probe"
	"protobench/stats"
)

// Comparison is what two runs, or two cells, differ in and what came of it: B minus A.
type Comparison struct {
	A           string       `json:"a"` // folder
	B           string       `json:"b"`
	Arms        []string     `json:"arms"`      // compared, by name
	OnlyA       []string     `json:"only_in_a"` // arms
	OnlyB       []string     `json:"only_in_b"`
	Differences []Difference `json:"differences"`
	Protocols   []string     `json:"protocols"` // why the numbers do not answer one question; none where they do
	Deltas      []Delta      `json:"deltas"`    // none where protocols differ, unless forced
}

// Delta is one arm's difference in one metric, in the tables' unit. What is undefined is null in
// JSON, and nil.
type Delta struct {
	Arm    string   `json:"arm"`
	Metric string   `json:"metric"`
	Unit   string   `json:"unit"`
	N      int      `json:"n"` // seeds that both have finished, with a value
	A      *float64 `json:"mean_a"`
	B      *float64 `json:"mean_b"`
	Mean   *float64 `json:"mean"`   // of B − A at equal seeds
	Low    *float64 `json:"low"`    // of its 95 % t-interval, from three pairs up
	High   *float64 `json:"high"`   //
	P      *float64 `json:"p"`      // two-sided sign-flip test
	Holm   *float64 `json:"p_holm"` // over all that are tested here
	Tested bool     `json:"tested"` // more than one pair: with one alone there is nothing to test
}

// Compare opens two runs or two cells and compares them in the metrics of the given keys or, without
// any, in the endpoints that their plans declare. Arms are paired by name, runs by seed. Deltas of
// different protocols are left out unless forced.
func Compare(a, b string, keys []string, force bool) (*Comparison, error) {
	left, err := open(a)
	if err != nil {
		return nil, err
	}
	right, err := open(b)
	if err != nil {
		return nil, err
	}
	if left.alone != right.alone {
		return nil, fmt.Errorf("%s and %s: a run and a cell; give two runs, or two cells", a, b)
	}
	c := &Comparison{A: a, B: b, Arms: []string{}, OnlyA: []string{}, OnlyB: []string{}, Differences: []Difference{}, Protocols: []string{}, Deltas: []Delta{}}
	pairs, err := c.pair(left, right)
	if err != nil {
		return nil, err
	}
	specs, err := wanted(keys, left, right, pairs)
	if err != nil {
		return nil, err
	}
	c.Differences = differences(pairs)
	c.Protocols = append(c.Protocols, protocols(pairs, specs, c.Differences)...)
	if len(c.Protocols) == 0 || force {
		c.deltas(pairs, specs, left.alone)
	}
	return c, nil
}

// pair is an arm of either side.
type pair struct {
	name string
	a, b *arm
}

// pair finds the arms that both sides have: by name and, where each has one method alone that the
// other lacks, these two.
func (c *Comparison) pair(left, right *side) ([]pair, error) {
	as, bs := left.arms(), right.arms()
	var out []pair
	for _, a := range as {
		if i := slices.IndexFunc(bs, func(b *arm) bool { return b.name == a.name }); i >= 0 {
			out = append(out, pair{a.name, a, bs[i]})
		}
	}
	if a, b := onlyMethod(as), onlyMethod(bs); a != nil && b != nil && a.name != b.name {
		out = append(out, pair{a.name + " → " + b.name, a, b})
	}
	for _, a := range as {
		if !slices.ContainsFunc(out, func(p pair) bool { return p.a == a }) {
			c.OnlyA = append(c.OnlyA, a.name)
		}
	}
	for _, b := range bs {
		if !slices.ContainsFunc(out, func(p pair) bool { return p.b == b }) {
			c.OnlyB = append(c.OnlyB, b.name)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s and %s: no arm in common (%s; %s); compare two cells, as in results/NAME/cells/CELL",
			c.A, c.B, strings.Join(c.OnlyA, ", "), strings.Join(c.OnlyB, ", "))
	}
	for _, p := range out {
		c.Arms = append(c.Arms, p.name)
	}
	return out, nil
}

// onlyMethod is the one arm that is no reference row; nil where there are several or none.
func onlyMethod(arms []*arm) (only *arm) {
	for _, a := range arms {
		if a.planned.Cell.Objective == "" && len(arms) > 1 {
			continue
		}
		if only != nil {
			return nil
		}
		only = a
	}
	return only
}

// wanted are the metrics to compare: those asked for, else the declared endpoints of both sides;
// between two cells, all that tables show.
func wanted(keys []string, left, right *side, pairs []pair) ([]metric.Spec, error) {
	if len(keys) == 0 {
		keys = declared(left, right)
	} else if err := checkKeys(keys, pairs); err != nil {
		return nil, err
	}
	var out []metric.Spec
	for _, key := range keys {
		out = append(out, specOf(key))
	}
	return out, nil
}

func declared(left, right *side) []string {
	keys := slices.Clone(left.primary)
	for _, key := range right.primary {
		if !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		keys = []string{metrics.Headline(), probe.LinearKey(metric.Teacher)}
	}
	if left.alone {
		shown := metrics.Select(func(s metric.Spec) bool { return len(s.Tables) > 0 })
		for _, s := range shown {
			_, ofA := left.cells[0].Result.Metrics[s.Key]
			_, ofB := right.cells[0].Result.Metrics[s.Key]
			if ofA && ofB && !slices.Contains(keys, s.Key) {
				keys = append(keys, s.Key)
			}
		}
	}
	return keys
}

// deltas compares all pairs in all metrics; the runs of cells are one pair each.
func (c *Comparison) deltas(pairs []pair, specs []metric.Spec, cells bool) {
	var p []float64
	for _, pr := range pairs {
		for _, s := range specs {
			d, tested := delta(pr, s, cells)
			if d.N == 0 && !measured(pr.a, s.Key) && !measured(pr.b, s.Key) {
				continue // a row such as pixels has no such metric
			}
			c.Deltas, p = append(c.Deltas, d), append(p, tested)
		}
	}
	for i, adjusted := range stats.Holm(p) {
		c.Deltas[i].Holm = stats.Defined(adjusted)
	}
}

// leastForInterval is the number of pairs below which a t-interval tells of nothing but its width.
const leastForInterval = 3

// delta is one of them, and its p: NaN where nothing is tested.
func delta(pr pair, s metric.Spec, cells bool) (Delta, float64) {
	var a, b, d []float64
	for _, runs := range both(pr, cells) {
		va, vb := value(runs[0], s), value(runs[1], s)
		if !math.IsNaN(va) && !math.IsNaN(vb) {
			a, b, d = append(a, va), append(b, vb), append(d, vb-va)
		}
	}
	e, p := stats.Estimated(d), math.NaN()
	if e.N > 1 {
		p = stats.SignFlip(d)
	}
	if e.N < leastForInterval {
		e.Half = math.NaN()
	}
	return Delta{
		Arm: pr.name, Metric: s.Key, Unit: s.Unit.ShownIn(), N: e.N, A: stats.Defined(stats.Mean(a)), B: stats.Defined(stats.Mean(b)), Mean: stats.Defined(e.Mean),
		Low: stats.Defined(e.Mean - e.Half), High: stats.Defined(e.Mean + e.Half), P: stats.Defined(p), Tested: e.N > 1,
	}, p
}

// both are the runs at equal seeds; of cells, the two whatever their seeds.
func both(pr pair, cells bool) (out [][2]store.CellState) {
	if cells {
		return [][2]store.CellState{{pr.a.runs[pr.a.seeds()[0]], pr.b.runs[pr.b.seeds()[0]]}}
	}
	for _, seed := range pr.a.seeds() {
		if b, ok := pr.b.runs[seed]; ok {
			out = append(out, [2]store.CellState{pr.a.runs[seed], b})
		}
	}
	return out
}

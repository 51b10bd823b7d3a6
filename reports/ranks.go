package reports

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"protobench/internal/wording"
	"protobench/metrics/metric"
	"protobench/reports/quantity"
	"protobench/reports/table"
	"protobench/stats"
)

// mostRanked is the number of arms of one group beyond which no letters are given: all pairs are
// tested, and Holm's correction over so many leaves nothing.
const mostRanked = 20

// rankTable orders the arms at each place of the axes by each declared endpoint, with letters for
// ties out of the paired tests of all pairs. A group that its seeds cannot tell apart has no rows
// and a reason.
func (s *sweep) rankTable() *table.Table {
	t := &table.Table{Name: "ranks", Caption: "Arms by the declared endpoints, the best first. Arms that share a letter are not shown to differ: two-sided sign-flip tests at equal seeds, Holm's correction over all pairs of arms of the endpoint and place.", Entries: quantity.Entries,
		Columns: []table.Column{table.Words("endpoint"), table.WordsAs("at", "axes"), table.Words("method"), seedsColumn(), {Name: "mean", CSV: "mean"}, table.WordsAs("ties", "letters")}}
	for _, group := range s.places() {
		for _, m := range s.endpoints() {
			if why := unranked(group, m); why != "" {
				t.General = append(t.General, why)
				continue
			}
			t.Rows = append(t.Rows, rankRows(group, m, axesText(group[0].cell, s.varyingAxes()))...)
		}
	}
	slices.Sort(t.General)
	t.General = slices.Compact(t.General)
	return t
}

// places are the groups of two and more arms that stand at equal axes. An arm that does not read an
// axis stands beside all of its values.
func (s *sweep) places() [][]*arm {
	var out [][]*arm
	for _, a := range s.trained() {
		group := []*arm{}
		for _, b := range s.trained() {
			fits := !slices.ContainsFunc(append(group, a), func(c *arm) bool { return c != b && (!equalAxes(b.cell, c.cell) || c.twin(b)) })
			if len(b.counted()) > 0 && fits {
				group = append(group, b)
			}
		}
		if len(group) > 1 && !slices.ContainsFunc(out, func(g []*arm) bool { return slices.Equal(g, group) }) {
			out = append(out, group)
		}
	}
	return out
}

// unranked says why a group's arms cannot be told apart in a measure; empty where they can.
func unranked(group []*arm, m measure) string {
	n, pairs := 0, len(group)*(len(group)-1)/2
	for i, a := range group {
		for _, b := range group[:i] {
			n = max(n, len(pairedDifferences(a, b, m)))
		}
	}
	if p := stats.SmallestHolm(n, pairs); p >= stats.Level {
		return fmt.Sprintf("No letters for %s of %s: with %s the smallest p after Holm's correction over %s is %s, whatever they show; %s can tell them apart.",
			m.Title(), wording.Count(len(group), "arm"), wording.Count(n, "paired seed"), wording.Count(pairs, "pair"), quantity.P(p), wording.Count(stats.SeedsNeeded(pairs), "seed"))
	}
	if len(group) > mostRanked {
		return fmt.Sprintf("No letters for %s of %d arms: more than %d are not told apart in pairs.", m.Title(), len(group), mostRanked)
	}
	return ""
}

func rankRows(group []*arm, m measure, place string) [][]table.Value {
	order := slices.Clone(group)
	mean := func(a *arm) float64 {
		v := stats.Estimated(m.over(a)).Mean
		if m.Spec.Better != metric.Lower {
			v = -v
		}
		return v
	}
	slices.SortStableFunc(order, func(a, b *arm) int {
		x, y := mean(a), mean(b)
		return cmp.Or(cmp.Compare(notNaN(x), notNaN(y)), cmp.Compare(x, y)) // without a value last
	})
	differ := differing(order, m)
	letters := stats.Letters(len(order), func(i, j int) bool { return differ[i*len(order)+j] })
	var out [][]table.Value
	for i, a := range order {
		e := m.Estimate(m.over(a))
		row := append(table.Texts(m.WithUnit(), cmp.Or(place, undefined), a.label), table.Count(e.N), table.Value{Text: m.Text(e, e.N), Estimate: &e})
		out = append(out, append(row, table.Texts(letters[i])...))
	}
	return out
}

func notNaN(v float64) int {
	if math.IsNaN(v) {
		return 1
	}
	return 0
}

// differing is, for each pair of arms, whether they are shown to differ: [len(arms)·len(arms)],
// filled above the diagonal.
func differing(arms []*arm, m measure) []bool {
	n := len(arms)
	var p []float64
	for i := range arms {
		for j := i + 1; j < n; j++ {
			p = append(p, stats.SignFlip(pairedDifferences(arms[i], arms[j], m)))
		}
	}
	out, next := make([]bool, n*n), 0
	for i, adjusted := 0, stats.Holm(p); i < n; i++ {
		for j := i + 1; j < n; j++ {
			out[i*n+j] = adjusted[next] < stats.Level
			next++
		}
	}
	return out
}

package neighbours

import (
	"sort"
	"testing"

	"protobench/metrics/internal/fixture"
	"protobench/metrics/matrix"
)

func TestNeighboursAcrossBlocks(t *testing.T) {
	bank, queries := fixture.Crowd(1, 2300, 300, 6, 0.3).Normalised(), fixture.Crowd(2, 700, 300, 6, 0.3).Normalised()
	got := Of(nil, bank, queries, 7, nil)
	fixture.Equal(t, "by a team", Of(fixture.Threads(t), bank, queries, 7, nil), got)
	for _, q := range []int{0, 127, 128, 299, 511, 512, 699} {
		order := make([]int, bank.Rows)
		for i := range order {
			order[i] = i
		}
		sort.SliceStable(order, func(a, b int) bool {
			return matrix.Dot(bank.Row(order[a]), queries.Row(q)) > matrix.Dot(bank.Row(order[b]), queries.Row(q))
		})
		fixture.Equal(t, "neighbours", len(got[q]), 7)
		for i, n := range got[q] {
			fixture.Near(t, "cosine", float64(n.Cosine), matrix.Dot(bank.Row(order[i]), queries.Row(q)), 1e-6)
			fixture.Near(t, "cosine at index", float64(n.Cosine), matrix.Dot(bank.Row(n.Index), queries.Row(q)), 1e-6)
		}
	}
}

func TestNeighboursStopWhenTold(t *testing.T) {
	x := matrix.RandomUnit(1, 1500, 4)
	for _, after := range []int{0, 1, 2} { // of six blocks
		asked := 0
		got := Of(nil, x, x, 2, func() bool { asked++; return asked > after })
		if got != nil || asked != after+1 {
			t.Errorf("stopped at question %d of %d: %d lists", asked, after+1, len(got))
		}
	}
}

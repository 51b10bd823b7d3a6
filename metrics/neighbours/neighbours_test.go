package neighbours

import (
	"sort"
	"testing"

	"protobench/metrics/internal/fixture"
	"protobench/metrics/matrix"
)

func TestNeighboursAcrossBlocks(t *testing.T) {
	bank, queries := fixture.Crowd(1, 2300, 300, 6, 0.3).Normalised(), fixture.Crowd(2, 300, 300, 6, 0.3).Normalised()
	got := Of(nil, bank, queries, 7, nil)
	for _, q := range []int{0, 127, 128, 299} {
		order := make([]int, bank.Rows)
		for i := range order {
			order[i] = i
		}
		sort.SliceStable(order, func(a, b int) bool {
			return matrix.Dot(bank.Row(order[a]), queries.Row(q)) > matrix.Dot(bank.Row(order[b]), queries.Row(q))
		})
		for i, n := range got[q] {
			fixture.Near(t, "cosine", float64(n.Cosine), matrix.Dot(bank.Row(order[i]), queries.Row(q)), 1e-6)
			fixture.Near(t, "cosine at index", float64(n.Cosine), matrix.Dot(bank.Row(n.Index), queries.Row(q)), 1e-6)
		}
	}
}

package neighbours

import (
	"protobench/internal/kernel"
	"protobench/internal/team"
	"protobench/metrics/matrix"
)

const (
	queryBlock = 512  // rows that look for neighbours at once
	bankBlock  = 1024 // rows they are compared with at once
	queryTask  = 32   // rows whose cosines one thread looks through at a time
	runLength  = 64   // cosines whose largest decides whether one of them is near enough
)

// Near is a row of the bank and its cosine to the query.
type Near struct {
	Index  int
	Cosine float32
}

// Of returns, for each unit row of queries, the k nearest unit rows of the
// bank (k ≤ its rows), nearest first, lower index first among equals. Memory
// is one block of cosines beside twice the lists. It returns nil once stop (nil for never) does so.
func Of(team *team.Team, bank, queries matrix.Matrix, k int, stop func() bool) [][]Near {
	lists := make([]candidates, queries.Rows)
	cos := make([]float32, min(queryBlock, queries.Rows)*min(bankBlock, bank.Rows))
	d := bank.Cols
	for q := 0; q < queries.Rows; q += queryBlock {
		m := min(queryBlock, queries.Rows-q)
		for b := 0; b < bank.Rows; b += bankBlock {
			if stop != nil && stop() {
				return nil
			}
			n := min(bankBlock, bank.Rows-b)
			kernel.Gemm(team, false, true, m, n, d, queries.Data[q*d:], d, bank.Data[b*d:], d, cos, n, false)
			team.Chunks(m, queryTask, func(lo, hi int) {
				for i := lo; i < hi; i++ {
					lists[q+i].look(cos[i*n:(i+1)*n], b, k)
				}
			})
		}
		team.Chunks(m, queryTask, func(lo, hi int) {
			for i := lo; i < hi; i++ {
				lists[q+i].end(k)
			}
		})
	}
	out := make([][]Near, queries.Rows)
	for i := range lists {
		out[i] = lists[i].sorted
	}
	return out
}

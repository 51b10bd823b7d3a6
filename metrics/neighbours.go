package metrics

import (
	"protobench/internal/kernel"
	"protobench/internal/team"
	"protobench/metrics/matrix"
)

const (
	queryBlock = 128  // rows that look for neighbours at once
	bankBlock  = 1024 // rows they are compared with at once
)

// neighbour is a row of the bank and its cosine to the query.
type neighbour struct {
	index  int
	cosine float32
}

// neighbours returns, for each unit row of queries, the k nearest unit rows of the
// bank (k ≤ its rows), nearest first, lower index first among equals. Memory
// is one block of cosines. It returns nil once stop (nil for never) does so.
func neighbours(team *team.Team, bank, queries matrix.Matrix, k int, stop func() bool) [][]neighbour {
	out := make([][]neighbour, queries.Rows)
	cos := make([]float32, queryBlock*bankBlock)
	d := bank.Cols
	for q := 0; q < queries.Rows; q += queryBlock {
		if stop != nil && stop() {
			return nil
		}
		m := min(queryBlock, queries.Rows-q)
		for b := 0; b < bank.Rows; b += bankBlock {
			n := min(bankBlock, bank.Rows-b)
			kernel.Gemm(team, false, true, m, n, d, queries.Data[q*d:], d, bank.Data[b*d:], d, cos, n, false)
			for i := range m {
				out[q+i] = keepNearest(out[q+i], cos[i*n:(i+1)*n], b, k)
			}
		}
	}
	return out
}

// keepNearest merges the cosines of bank rows first, first+1, … into a sorted list
// of at most k. A later row has to be strictly nearer to displace an earlier one.
func keepNearest(list []neighbour, cos []float32, first, k int) []neighbour {
	for j, c := range cos {
		if len(list) == k && c <= list[k-1].cosine {
			continue
		}
		if len(list) < k {
			list = append(list, neighbour{})
		}
		at := len(list) - 1
		for ; at > 0 && list[at-1].cosine < c; at-- {
			list[at] = list[at-1]
		}
		list[at] = neighbour{index: first + j, cosine: c}
	}
	return list
}

package metrics

import (
	"sort"

	"protobench/internal/kernel"
	"protobench/internal/team"
	"protobench/metrics/matrix"
)

const (
	queryBlock = 512  // rows that look for neighbours at once
	bankBlock  = 1024 // rows they are compared with at once
	queryTask  = 32   // rows whose cosines one thread looks through at a time
	cosineRun  = 64   // cosines whose largest decides whether one of them is near enough
)

// neighbour is a row of the bank and its cosine to the query.
type neighbour struct {
	index  int
	cosine float32
}

// neighbours returns, for each unit row of queries, the k nearest unit rows of the
// bank (k ≤ its rows), nearest first, lower index first among equals. Memory
// is one block of cosines beside the lists. It returns nil once stop (nil for never) does so.
func neighbours(team *team.Team, bank, queries matrix.Matrix, k int, stop func() bool) [][]neighbour {
	out := make([][]neighbour, queries.Rows)
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
					out[q+i] = keepNearest(out[q+i], cos[i*n:(i+1)*n], b, k)
				}
			})
		}
	}
	return out
}

// keepNearest merges the cosines of bank rows first, first+1, … into a sorted list
// of at most k. A later row has to be strictly nearer to displace an earlier one.
func keepNearest(list []neighbour, cos []float32, first, k int) []neighbour {
	if list == nil {
		list = make([]neighbour, 0, k)
	}
	for lo := 0; lo < len(cos); lo += cosineRun {
		run := cos[lo:min(lo+cosineRun, len(cos))]
		if len(list) == k && kernel.Max(run) <= list[k-1].cosine {
			continue
		}
		for j, c := range run {
			if len(list) < k || c > list[k-1].cosine {
				list = insert(list, neighbour{index: first + lo + j, cosine: c}, k)
			}
		}
	}
	return list
}

// insert puts a neighbour behind all that are as near or nearer; the last of k is displaced.
func insert(list []neighbour, n neighbour, k int) []neighbour {
	if len(list) < k {
		list = append(list, n)
	}
	at := sort.Search(len(list)-1, func(i int) bool { return list[i].cosine < n.cosine })
	copy(list[at+1:], list[at:])
	list[at] = n
	return list
}

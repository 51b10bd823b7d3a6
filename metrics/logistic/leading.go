package logistic

import (
	"protobench/internal/kernel"
	"protobench/internal/team"
	"protobench/metrics/matrix"
)

const (
	// leading is the number of principal axes that are looked for where all are too dear.
	leading = 256
	// axesSeed draws where their search starts.
	axesSeed = 1
)

// leadingAxes are the r principal axes of standardised features z [N,D] with the largest mean
// squares, nearly: subspace iteration from random sums of rows, and the axes of what it ends with
// (Halko, Martinsson and Tropp 2011, algorithm 4.4). They are [r,D], r at most N, D and as asked
// for. How near they are decides how fast fits are, not where they end.
func leadingAxes(team *team.Team, z matrix.Matrix, r int) matrix.Matrix {
	n, d := z.Rows, z.Cols
	r = min(r, n, d)
	y, along := matrix.New(r, d), matrix.New(n, r)
	start := matrix.RandomUnit(axesSeed, r, n)
	kernel.Gemm(team, false, false, r, d, n, start.Data, n, z.Data, d, y.Data, d, false)
	var q matrix.Matrix
	for range 2 {
		q = reflectionOf(team, y).first(team)
		kernel.Gemm(team, false, true, n, r, d, z.Data, d, q.Data, d, along.Data, r, false)
		kernel.Gemm(team, true, false, r, d, n, along.Data, r, z.Data, d, y.Data, d, false)
	}
	gram := matrix.New(r, r)
	kernel.Gemm(team, true, false, r, r, n, along.Data, r, along.Data, r, gram.Data, r, false)
	kernel.Gemm(team, true, false, r, d, r, eigenvectors(gram).Data, r, q.Data, d, y.Data, d, false)
	return y
}

package metrics

import (
	"protobench/internal/kernel"
	"protobench/internal/team"
)

// accuracyAt is the accuracy of parameters w (weights [k·D], biases [k]) on rows x.
func accuracyAt(team *team.Team, x Matrix, y []int, w []float64, k int) float64 {
	d := x.Cols
	weights := make([]float32, k*d)
	narrow(weights, w[:k*d])
	logits := NewMatrix(x.Rows, k)
	kernel.Gemm(team, false, true, x.Rows, k, d, x.Data, d, weights, d, logits.Data, k, false)
	right := 0
	for i := range x.Rows {
		row := logits.Row(i)
		for c := range row {
			row[c] += float32(w[k*d+c])
		}
		if argmax(row) == y[i] {
			right++
		}
	}
	return float64(right) / float64(len(y))
}

package kernel

import (
	"math"

	"protobench/internal/team"
)

// LogSumExp returns ln Σ e^{x_i} of a row, safe against overflow; -Inf for an empty row or one of
// -Inf alone.
func LogSumExp(x []float32) float32 {
	m := Max(x)
	if math.IsInf(float64(m), -1) { // no number above it, but perhaps a NaN
		for _, v := range x {
			if v != v {
				return v
			}
		}
		return m
	}
	return m + float32(math.Log(expSum(x, m)))
}

// Softmax sets dst to the softmax of a row of logits; dst may be x.
func Softmax(dst, x []float32) { softmax(dst, x, 1) }

// SoftmaxScaled sets dst to the softmax of scale·x, scale > 0, and returns ln Σ e^{scale·x_i}; dst
// may be x.
func SoftmaxScaled(dst, x []float32, scale float32) float64 {
	top, sum := softmax(dst, x, scale)
	return float64(float64(top)*float64(scale)) + math.Log(sum)
}

// softmax also returns the row's largest number m and Σ e^{scale·(x_i - m)}.
func softmax(dst, x []float32, scale float32) (top float32, sum float64) {
	dst = dst[:len(x)]
	top = Max(x)
	sum = ExpShifted(dst, x, top, scale)
	Scale(dst, dst, float32(1/sum))
	return top, sum
}

// SoftmaxRows sets each row of dst [rows,cols] to the softmax of scale·x, scale > 0, over the team;
// dst may be x.
func SoftmaxRows(team *team.Team, dst, x []float32, rows, cols int, scale float32) {
	if team == nil {
		softmaxRows(dst, x, rows, cols, scale)
		return
	}
	team.Chunks(rows, RowChunk(cols), func(lo, hi int) {
		softmaxRows(dst[lo*cols:], x[lo*cols:], hi-lo, cols, scale)
	})
}

func softmaxRows(dst, x []float32, rows, cols int, scale float32) {
	for r := range rows {
		softmax(dst[r*cols:][:cols], x[r*cols:][:cols], scale)
	}
}

// SoftmaxBackward turns the gradient g of a softmax's row p into that of its logits, times scale:
// p·(g - Σ p·g).
func SoftmaxBackward(g, p []float32, scale float32) {
	p = p[:len(g)]
	dot := Dot(p, g)
	n := whole(len(g), by8)
	if n > 0 {
		l := lanes{blocks: n >> by8, c: [8]float32{dot, scale}}
		l.p[0], l.p[1] = start(g), start(p)
		softmaxGradAVX2(l.ptr())
	}
	for i := n; i < len(g); i++ {
		g[i] = scale * float32(p[i]*(g[i]-dot))
	}
}

package kernel

import (
	"fmt"
	"slices"
	"unsafe"
)

// Residuals turns rows of logits x [len(labels),cols], cols a multiple of 16, into softmax
// probabilities less 1 at the row's label: the gradient of cross-entropy. A row's cross-entropy is
// ln sums - rights, where sums takes Σ e^{x_j - m} and rights the label's x - m, m being the row's
// largest logit.
func Residuals(x []float32, cols int, labels []int, sums, rights []float64) {
	n := len(labels)
	sums, rights, x = sums[:n], rights[:n], x[:n*cols]
	if n == 0 {
		return
	}
	if least, most := slices.Min(labels), slices.Max(labels); cols%16 != 0 || least < 0 || most >= cols {
		panic(fmt.Sprintf("kernel: labels from %d to %d of rows of %d logits", least, most, cols))
	}
	if isa == Generic {
		for i, label := range labels {
			sums[i], rights[i] = residual(x[i*cols:][:cols], label)
		}
		return
	}
	r := residuals{
		x: start(x), labels: unsafe.Pointer(&labels[0]), sums: start(sums), rights: start(rights), rows: n, blocks: cols / 16,
	}
	if isa == AVX512 {
		residualsAVX512((*byte)(unsafe.Pointer(&r)))
	} else {
		residualsAVX2((*byte)(unsafe.Pointer(&r)))
	}
}

// residuals is what the assembly reads at fixed offsets.
type residuals struct {
	x, labels, sums, rights unsafe.Pointer
	rows, blocks            int // blocks of 16 columns
}

// residual is one row of [Residuals].
func residual(x []float32, label int) (sum, right float64) {
	top := Max(x)
	right = float64(x[label]) - float64(top)
	sum = ExpShifted(x, x, top, 1)
	// The label's own entry is a difference of near equals where a sample is fitted well.
	own := float32((float64(x[label]) - sum) / sum)
	Scale(x, x, float32(1/sum))
	x[label] = own
	return sum, right
}

package kernel

import (
	"fmt"
	"math"
	"testing"
)

// TestResidualsAgree compares bits with the rows done in Go, and those with the definition in
// float64.
func TestResidualsAgree(t *testing.T) {
	withISA(t, func(t *testing.T) {
		for _, cols := range []int{16, 32, 48, 128} {
			for _, rows := range []int{1, 2, 4, 7, 8} {
				labels := make([]int, rows)
				for i := range labels {
					labels[i] = (5*i + 3) % cols
				}
				logits := random(rows*cols, fmt.Sprint("residuals", cols))
				for i := range logits {
					logits[i] *= 20
				}
				logits[0] = -1e30 // a class that pads
				x, y := append([]float32(nil), logits...), append([]float32(nil), logits...)
				sums, rights := make([]float64, rows), make([]float64, rows)
				Residuals(x, cols, labels, sums, rights)
				for i, label := range labels {
					row := y[i*cols:][:cols]
					checkDefinition(t, x[i*cols:][:cols], row, label, math.Log(sums[i])-rights[i])
					sum, right := residual(row, label)
					if sum != sums[i] || right != rights[i] {
						t.Errorf("%d×%d: row %d has sum %v and right %v, not %v and %v", rows, cols, i, sums[i], rights[i], sum, right)
					}
				}
				for i := range y {
					if !sameBits(float64(x[i]), float64(y[i])) {
						t.Fatalf("%d×%d: number %d is %v, not %v", rows, cols, i, x[i], y[i])
					}
				}
			}
		}
	})
}

// checkDefinition compares a row and its cross-entropy with what they stand for.
func checkDefinition(t *testing.T, got, logits []float32, label int, loss float64) {
	t.Helper()
	var sum float64
	for _, v := range logits {
		sum += math.Exp(float64(v) - float64(logits[label]))
	}
	if want := math.Log(sum); math.Abs(loss-want) > 1e-5*(1+want) {
		t.Errorf("cross-entropy %v, want %v", loss, want)
	}
	for j, v := range logits {
		want := math.Exp(float64(v)-float64(logits[label])) / sum
		if j == label {
			want--
		}
		if math.Abs(float64(got[j])-want) > 1e-5 {
			t.Errorf("residual of class %d is %v, want %v", j, got[j], want)
		}
	}
}

func BenchmarkResiduals(b *testing.B) {
	for _, cols := range []int{32, 128} {
		b.Run(fmt.Sprint(cols), func(b *testing.B) {
			const rows = 64
			x, sums, rights, labels := random(rows*cols, "x"), make([]float64, rows), make([]float64, rows), make([]int, rows)
			for b.Loop() {
				Residuals(x, cols, labels, sums, rights)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
		})
	}
}

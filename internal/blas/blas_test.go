package blas

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/gonum"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func wave(n int, step float64) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = float32(math.Sin(step * float64(i+1)))
	}
	return out
}

func TestSgemmAgreesWithGonum(t *testing.T) {
	for _, s := range []struct{ m, n, k int }{{1, 1, 1}, {5, 3, 7}, {33, 65, 40}, {4, 0, 3}, {4, 6, 0}, {70, 31, 600}} {
		for _, factors := range [][2]float32{{1, 0}, {1, 1}, {0.5, 0}, {-2, 0.25}, {0, 3}, {1, -1}} {
			for _, ta := range []blas.Transpose{blas.NoTrans, blas.Trans, blas.ConjTrans} {
				for _, tb := range []blas.Transpose{blas.NoTrans, blas.Trans} {
					compare(t, ta, tb, s.m, s.n, s.k, factors[0], factors[1])
				}
			}
		}
	}
}

func compare(t *testing.T, ta, tb blas.Transpose, m, n, k int, alpha, beta float32) {
	t.Helper()
	lda, ldb, ldc := k+2, n+1, n+3
	if ta != blas.NoTrans {
		lda = m + 2
	}
	if tb != blas.NoTrans {
		ldb = k + 1
	}
	a, b := wave(lda*max(m, k), 0.7), wave(ldb*max(n, k), 1.3)
	got, want := wave(m*ldc, 2.1), wave(m*ldc, 2.1)
	Implementation{}.Sgemm(ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, got, ldc)
	gonum.Implementation{}.Sgemm(ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, want, ldc)
	for i := range got {
		if d := math.Abs(float64(got[i] - want[i])); !(d <= 1e-5*float64(k+1)) {
			t.Fatalf("%c%c [%d,%d,%d] alpha %g beta %g: element %d is %g, want %g", ta, tb, m, n, k, alpha, beta, i, got[i], want[i])
		}
	}
}

func TestOldNumbersDoNotCountWithBetaZero(t *testing.T) {
	for _, alpha := range []float32{1, 2} {
		c := []float32{float32(math.NaN())}
		Implementation{}.Sgemm(blas.NoTrans, blas.NoTrans, 1, 1, 1, alpha, []float32{3}, 1, []float32{4}, 1, 0, c, 1)
		if c[0] != 12*alpha {
			t.Errorf("alpha %g gives %g", alpha, c[0])
		}
	}
}

// TestFactorsDoNotCountWithAlphaZero checks that BLAS's rule of what is not read holds for alpha =
// 0 too.
func TestFactorsDoNotCountWithAlphaZero(t *testing.T) {
	nan := []float32{float32(math.NaN())}
	for _, beta := range []float32{0, 1, 3} {
		c := []float32{2}
		Implementation{}.Sgemm(blas.NoTrans, blas.NoTrans, 1, 1, 1, 0, nan, 1, nan, 1, beta, c, 1)
		if c[0] != 2*beta {
			t.Errorf("beta %g gives %g", beta, c[0])
		}
	}
	Implementation{}.Sgemm(blas.NoTrans, blas.NoTrans, 3, 0, 1, 2, make([]float32, 3), 1, nil, 1, 0, nil, 1)
}

func TestUseReachesTheLibraries(t *testing.T) {
	Use()
	defer func() {
		blas32.Use(gonum.Implementation{})
		tensor.Use(gonum.Implementation{})
		gorgonia.Use(gonum.Implementation{})
	}()
	for name, now := range map[string]any{"gonum": blas32.Implementation(), "tensor": tensor.WhichBLAS(), "gorgonia": gorgonia.WhichBLAS()} {
		if _, ours := now.(Implementation); !ours {
			t.Errorf("%s computes with %T", name, now)
		}
	}
}

// Package blas hands the project's matrix product to the libraries that take a
// BLAS of the caller's choice. Nothing else may enter: products of our own code
// call package kernel.
package blas

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/gonum"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"protobench/internal/kernel"
)

// Implementation is gonum's BLAS with float32 matrix products by [kernel.Gemm], on the caller's
// thread.
type Implementation struct{ gonum.Implementation }

// Use makes gonum, gorgonia and its tensors compute with [Implementation]. It is meant for the
// start of a program, before any of them is at work.
func Use() {
	blas32.Use(Implementation{})
	tensor.Use(Implementation{})
	gorgonia.Use(Implementation{})
}

// Sgemm computes C = alpha·op(A)·op(B) + beta·C on row-major matrices: op(A) is [m,k], op(B) is
// [k,n], C is [m,n]; lda, ldb, ldc are the row pitches of the stored matrices. With beta = 0 the
// old numbers of C do not count, NaN included, and with alpha = 0 neither do A and B. It panics on
// sizes that do not fit.
func (Implementation) Sgemm(tA, tB blas.Transpose, m, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	transA, transB := tA != blas.NoTrans, tB != blas.NoTrans
	if alpha == 1 && (beta == 0 || beta == 1) {
		kernel.Gemm(nil, transA, transB, m, n, k, a, lda, b, ldb, c, ldc, beta == 1)
		return
	}
	if m == 0 || n == 0 {
		return
	}
	product := make([]float32, m*n)
	if alpha != 0 {
		kernel.Gemm(nil, transA, transB, m, n, k, a, lda, b, ldb, product, n, false)
	}
	for i := range m {
		mix(c[i*ldc:i*ldc+n], product[i*n:(i+1)*n], alpha, beta)
	}
}

// mix sets c = alpha·p + beta·c.
func mix(c, p []float32, alpha, beta float32) {
	for j, v := range p {
		old := float32(0)
		if beta != 0 {
			old = beta * c[j]
		}
		c[j] = float32(alpha*v) + old
	}
}

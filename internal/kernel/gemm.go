package kernel

// Gemm computes C = op(A)·op(B), or C += op(A)·op(B) with accumulate, on row-major float32
// matrices: op(A) is [m,k], op(B) is [k,n], C is [m,n]; lda, ldb, ldc are row pitches of the stored matrices.
func Gemm(transA, transB bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int, accumulate bool) {
	for i := range m {
		for j := range n {
			var s float32
			if accumulate {
				s = c[i*ldc+j]
			}
			for l := range k {
				var x, y float32
				if transA {
					x = a[l*lda+i]
				} else {
					x = a[i*lda+l]
				}
				if transB {
					y = b[j*ldb+l]
				} else {
					y = b[l*ldb+j]
				}
				s += x * y
			}
			c[i*ldc+j] = s
		}
	}
}

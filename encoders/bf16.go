package encoders

import (
	"protobench/internal/kernel"
	"protobench/internal/team"

	G "gorgonia.org/gorgonia"
)

// precision is that of the operands of a layer's products: float32 where it says nothing. Weights,
// sums and all that is no product are float32 in either.
type precision struct{ bf16 bool }

// gemm is [kernel.Gemm].
func (p precision) gemm(team *team.Team, transA, transB bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int, accumulate bool) {
	if p.bf16 {
		kernel.GemmBF16(team, transA, transB, m, n, k, a, lda, b, ldb, c, ldc, accumulate)
		return
	}
	kernel.Gemm(team, transA, transB, m, n, k, a, lda, b, ldb, c, ldc, accumulate)
}

// gemmBias is [kernel.GemmBias].
func (p precision) gemmBias(team *team.Team, m, n, k int, a []float32, lda int, b []float32, ldb int, bias, c []float32, ldc int) {
	if p.bf16 {
		kernel.GemmBiasBF16(team, m, n, k, a, lda, b, ldb, bias, c, ldc)
		return
	}
	kernel.GemmBias(team, m, n, k, a, lda, b, ldb, bias, c, ldc)
}

// useBF16 makes the layer that a node is the result of multiply in bf16, before its first pass,
// where it multiplies.
func useBF16(x *G.Node) {
	if l, ok := layerOf(x).(interface{ useBF16() }); ok {
		l.useBF16()
	}
}

func (p *precision) useBF16() { p.bf16 = true }

func (f *feedForward) useBF16() {
	f.up.useBF16()
	f.down.useBF16()
}

// useBF16 leaves a 3×3 convolution of an odd number of channels as it is: that of the images, the
// smallest of all.
func (c *convolution) useBF16() {
	switch k := c.kernel.(type) {
	case *kernel.Conv:
		if k.SuitsBF16() {
			c.kernel = kernel.NewConvBF16(k)
		}
	case *kernel.Pointwise:
		k.UseBF16()
	}
}

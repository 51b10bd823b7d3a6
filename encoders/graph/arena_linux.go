package graph

import (
	"syscall"
	"unsafe"
)

const (
	hugePage   = 2 << 20
	adviseHuge = 14 // MADV_HUGEPAGE
)

// newArena returns n zeros. The system is asked for large pages, since every operation of a network
// walks through more memory than the processor's tables of small ones cover; where it refuses,
// small ones do.
func newArena(n int) []float32 {
	x := make([]float32, n)
	if 4*n < 2*hugePage {
		return x
	}
	b := unsafe.Slice((*byte)(unsafe.Pointer(&x[0])), 4*n)
	skip := -int(uintptr(unsafe.Pointer(&b[0]))) & (hugePage - 1)
	_ = syscall.Madvise(b[skip:skip+(len(b)-skip)&^(hugePage-1)], adviseHuge)
	return x
}

package kernel

import "unsafe"

// transposition is what the assembly reads at fixed offsets: eight rows become eight columns of a
// panel.
type transposition struct {
	src    unsafe.Pointer
	pitch  int // of the source's rows, in bytes
	dst    unsafe.Pointer
	step   int // of the panel's rows, in bytes
	blocks int // of eight
	tiles  int
}

// transpose copies the rows of b [cols,kc] into columns of the panel as far as whole blocks of
// eight reach, and returns how many of the kc are done for all columns.
func transpose(panel, b []float32, ldb, kc, cols int) int {
	if isa == Generic || cols%8 != 0 || kc < 8 {
		return 0
	}
	for j := 0; j < cols; j += 8 {
		t := transposition{
			src: unsafe.Pointer(&b[j*ldb]), pitch: 4 * ldb, dst: unsafe.Pointer(&panel[j]), step: 4 * tileCols, blocks: kc / 8,
		}
		transposeAVX2((*byte)(unsafe.Pointer(&t)))
	}
	return kc / 8 * 8
}

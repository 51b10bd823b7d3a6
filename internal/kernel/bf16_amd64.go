//go:build amd64 && !noasm

package kernel

import "golang.org/x/sys/cpu"

// hasBF16 says whether the processor has the instructions for bf16.
var hasBF16 = cpu.X86.HasAVX512BF16 && cpu.X86.HasAVX512BW

func (t *tile) runBF16(groups, halves int) {
	switch 2*groups + halves {
	case 3:
		tile4x16bf16(t.ptr())
	case 4:
		tile4x32bf16(t.ptr())
	case 5:
		tile8x16bf16(t.ptr())
	case 6:
		tile8x32bf16(t.ptr())
	case 7:
		tile12x16bf16(t.ptr())
	default:
		tile12x32bf16(t.ptr())
	}
}

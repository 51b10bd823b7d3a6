//go:build amd64 && !noasm

package kernel

import "slices"

// peakLoop returns the loop of an instruction set and the operations of one round; nil where the
// processor lacks it.
func peakLoop(s ISA) (rounds func(n int), flop int) {
	if !slices.Contains(supported(), s) {
		return nil, 0
	}
	switch s {
	case AVX512:
		return peakAVX512, 20 * 16 * 2 // chains, lanes, operations
	case AVX2:
		return peakAVX2, 12 * 8 * 2
	}
	return peakGeneric, genericFlop
}

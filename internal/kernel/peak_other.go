//go:build !amd64 || noasm

package kernel

// peakLoop returns the loop of an instruction set and the operations of one round; nil where the
// build lacks it.
func peakLoop(s ISA) (rounds func(n int), flop int) {
	if s != Generic {
		return nil, 0
	}
	return peakGeneric, genericFlop
}

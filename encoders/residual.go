package encoders

import G "gorgonia.org/gorgonia"

// BatchNormAdd is [BatchNorm] of x with a residual branch of x's shape added, which may itself end
// in a deferred norm, and ReLU behind: max(0, BN(x) + residual), the end of a ResNet block.
func BatchNormAdd(x, gamma, beta, residual *G.Node, run Running, mode Mode) (*G.Node, error) {
	n := newNorm(x, run, mode, true)
	n.residual = read(residual)
	return n.node("batch-norm-add", gamma, beta)
}

// deferNormAdd is [BatchNormAdd] of maps that convolutions and the ends of residual branches alone
// read, see [deferNorm].
func deferNormAdd(x, gamma, beta, residual *G.Node, run Running, mode Mode) (*G.Node, error) {
	n := newNorm(x, run, mode, true)
	n.residual, n.deferred = read(residual), true
	return n.node("batch-norm-add", gamma, beta)
}

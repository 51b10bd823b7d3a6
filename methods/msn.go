package methods

import (
	"protobench/encoders/graph"
	"protobench/internal/kernel"

	G "gorgonia.org/gorgonia"
)

// msn predicts the teacher's sharpened assignment of another view (Assran et al. 2022, sec. 3): targets are softmax(score/τ)^(1/T)
// over its sum, by default balanced by Sinkhorn-Knopp as in the official configurations; the mean prediction is kept
// uniform by a me-max term. Prototypes are normalised with a gradient through the norm. Here both views are global ones (the
// paper's anchors are masked patches; local crops are its focal views), and targets use the teacher's copy of the prototypes (the
// paper has one copy).
type msn struct {
	MSN
	k           int
	temperature float64
}

func newMSN(s MSN, k int, temperature float64) *msn { return &msn{s, k, temperature} }

func (o *msn) branch() Branch       { return Teacher }
func (o *msn) weightNorm() bool     { return true }
func (o *msn) unnormalised() bool   { return false }
func (o *msn) center() []float32    { return nil }
func (o *msn) after(codeInput)      {}
func (o *msn) state(string) []Named { return nil }

// codes sharpens the teacher's softmax: softmax(s/τ)^(1/T) over its sum is softmax(s/(τ·T)).
func (o *msn) codes(q []float32, in codeInput) {
	n := len(in.scores) / o.k
	kernel.SoftmaxRows(in.team, q, in.scores, n, o.k, float32(1/(o.temperature*o.Sharpen)))
	if o.Sinkhorn {
		balance(in.team, q, n, o.k, o.Iterations)
	}
}

func (o *msn) loss(h *head, s, targets *G.Node) (*G.Node, error) {
	ce, err := h.crossEntropy(s, targets)
	if err != nil {
		return nil, err
	}
	terms, weights := []*G.Node{ce}, []float32{1}
	for _, t := range []struct {
		weight float64
		node   func(*G.Node, float32) (*G.Node, error)
	}{{o.MeMax, meMaxNode}, {o.Entropy, entropyNode}} {
		if t.weight == 0 {
			continue
		}
		n, err := t.node(s, float32(o.temperature))
		if err != nil {
			return nil, err
		}
		terms, weights = append(terms, n), append(weights, h.scaled(float32(t.weight)))
	}
	if len(terms) == 1 {
		return ce, nil
	}
	return graph.Sum(weights, terms...)
}

package encoders

import (
	"protobench/encoders/graph"
	"protobench/internal/kernel"

	G "gorgonia.org/gorgonia"
)

// reading is how a layer reads maps x: a node's numbers or, where x is a deferred norm's, those that it is applied to.
type reading struct {
	maps     kernel.Map
	operands G.Nodes // x, which gradients flow to, and what else is needed
	norm     *norm   // nil: x as it is
}

func read(x *G.Node) reading {
	if n, ok := layerOf(x).(*norm); ok && n.deferred {
		return reading{maps: n.maps, operands: G.Nodes{x, n.input}, norm: n}
	}
	return reading{maps: mapsOf(x), operands: G.Nodes{x}}
}

// normed is what the operands hold in a run.
func (r reading) normed(in [][]float32) kernel.Normed {
	if r.norm == nil {
		return kernel.Plain(in[0])
	}
	ch := r.maps.Channels
	return kernel.Normed{X: in[1], Scale: in[0][:ch], Shift: in[0][ch : 2*ch], ReLU: r.norm.relu}
}

// diff says which operands gradients flow to.
func (r reading) diff(x bool) []bool { return append([]bool{x}, make([]bool, len(r.operands)-1)...) }

// grads are the operands' gradients.
func (r reading) grads(dx *G.Node) G.Nodes {
	return append(G.Nodes{dx}, make(G.Nodes, len(r.operands)-1)...)
}

// layerOf returns what the layer that a node is the result of keeps of itself.
func layerOf(x *G.Node) any {
	if op, ok := x.Op().(*graph.Op); ok {
		return op.Layer
	}
	return nil
}

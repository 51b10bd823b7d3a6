package encoders

import (
	"protobench/encoders/graph"
	"protobench/internal/kernel"

	G "gorgonia.org/gorgonia"
)

// mapSource is how a layer reads maps x: a node's numbers or, where x is a deferred norm's, those
// that it is applied to.
type mapSource struct {
	maps     kernel.Map
	operands G.Nodes // x, which gradients flow to, and what else is needed
	norm     *norm   // nil: x as it is
	add      kernel.Normed
}

func read(x *G.Node) *mapSource {
	n, ok := layerOf(x).(*norm)
	if !ok || !n.deferred {
		if c, ok := layerOf(x).(*convolution); ok {
			c.border(x.Op().(*graph.Op))
		}
		return &mapSource{maps: mapsOf(x), operands: G.Nodes{x}}
	}
	r := &mapSource{maps: n.maps, operands: G.Nodes{x, n.input}, norm: n}
	if n.residual != nil {
		r.operands = append(r.operands, n.residual.operands...)
	}
	return r
}

// normed is what the operands hold in a run.
func (r *mapSource) normed(in [][]float32) kernel.Normed {
	if r.norm == nil {
		return kernel.Plain(in[0])
	}
	ch := r.maps.Channels
	return r.norm.applied(&r.add, in[1], in[2:], in[0][:ch], in[0][ch:2*ch])
}

// diff says which operands gradients flow to.
func (r *mapSource) diff(x bool) []bool { return append([]bool{x}, make([]bool, len(r.operands)-1)...) }

// grads are the operands' gradients.
func (r *mapSource) grads(dx *G.Node) G.Nodes {
	return append(G.Nodes{dx}, make(G.Nodes, len(r.operands)-1)...)
}

// layerOf returns what the layer that a node is the result of keeps of itself.
func layerOf(x *G.Node) any {
	if op, ok := x.Op().(*graph.Op); ok {
		return op.Layer
	}
	return nil
}

package graph

import (
	"fmt"
	"hash"
	"hash/fnv"
	"sync/atomic"

	"protobench/internal/team"

	"github.com/chewxy/hm"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// ids gives every operation a hash of its own: gorgonia merges nodes whose hashes are equal.
var ids atomic.Uint64

// Op is an operation on float32 arrays that writes its result where it is told to. It implements
// gorgonia's Op and SDOp. An Op belongs to one node of one graph.
type Op struct {
	Kind string
	In   []tensor.Shape // shapes of the operands; a scalar is an empty shape
	Out  tensor.Shape   // shape of the result
	Halo bool           // the result is maps with a border of zeros, of which Forward writes the interior alone

	// Floats is how many numbers the result takes where they are fewer than its shape says, as of
	// maps without the border that their shape has, which those that read it know; 0: as many.
	Floats int

	// Forward computes out from the operands with a team's threads, which change no bit of it. A
	// scalar is a slice of length 1. out holds what other operations have left there, so all of it
	// has to be written (with Halo, all of the interior; the border is zero). Operands must not be
	// read after the call: what the backward pass needs has to be its operand too, or a private
	// buffer.
	Forward func(team *team.Team, in [][]float32, out []float32)

	// Over says which operands the result may be written over, number for number, where nothing
	// needs them any longer: Forward then finds them in out. nil means none.
	Over []bool

	// Diff says which operands gradients flow to; nil means none.
	Diff []bool

	// Backward returns the gradient nodes of the operands, nil where Diff is false.
	Backward func(in G.Nodes, out, grad *G.Node) (G.Nodes, error)

	// Layer is what an operation keeps of itself, for the layers that read its result.
	Layer any

	id     uint64
	result []float32 // where [Take] finds it, or for gorgonia's machines
}

// New gives op an identity.
func New(op Op) *Op {
	op.id = ids.Add(1)
	return &op
}

// size is the number of the result's elements.
func (o *Op) size() int {
	switch {
	case o.Floats > 0:
		return o.Floats
	case len(o.Out) == 0:
		return 1
	}
	return o.Out.TotalSize()
}

// Arity implements gorgonia.Op.
func (o *Op) Arity() int { return len(o.In) }

// Type implements gorgonia.Op. The type is built anew for each call: hm pools and reuses them.
func (o *Op) Type() hm.Type {
	ts := make([]hm.Type, 0, len(o.In)+1)
	for _, s := range o.In {
		ts = append(ts, typeOf(s))
	}
	return hm.NewFnType(append(ts, typeOf(o.Out))...)
}

func typeOf(s tensor.Shape) hm.Type {
	if len(s) == 0 {
		return tensor.Float32
	}
	return G.TensorType{Dims: len(s), Of: tensor.Float32}
}

// InferShape implements gorgonia.Op and checks the operands' shapes, which the type system does
// not.
func (o *Op) InferShape(in ...G.DimSizer) (tensor.Shape, error) {
	if len(in) != len(o.In) {
		return nil, fmt.Errorf("graph: %s takes %d operands, not %d", o.Kind, len(o.In), len(in))
	}
	for i, d := range in {
		s, ok := d.(tensor.Shape)
		if ok && len(s)+len(o.In[i]) > 0 && !s.Eq(o.In[i]) {
			return nil, fmt.Errorf("graph: operand %d of %s has shape %v, not %v", i, o.Kind, s, o.In[i])
		}
	}
	return o.Out.Clone(), nil
}

// Do implements gorgonia.Op, for gorgonia's own machines.
func (o *Op) Do(in ...G.Value) (out G.Value, err error) {
	defer recovered(o.Kind, &err)
	xs := make([][]float32, len(in))
	for i, v := range in {
		if xs[i], err = slice(v); err != nil {
			return nil, fmt.Errorf("graph: operand %d of %s: %w", i, o.Kind, err)
		}
	}
	if o.result == nil {
		o.result = newBuffer(o.size())
	}
	o.Forward(nil, xs, o.result)
	if len(o.Out) == 0 {
		return G.NewF32(o.result[0]), nil
	}
	return tensor.New(tensor.WithShape(o.Out...), tensor.WithBacking(o.result)), nil
}

// recovered turns a panic of a kernel into an error.
func recovered(kind string, err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("graph: %s: %v", kind, r)
	}
}

// slice returns the numbers of a value without copying.
func slice(v G.Value) ([]float32, error) {
	switch v := v.(type) {
	case *tensor.Dense:
		if v.RequiresIterator() || !v.DataOrder().IsRowMajor() {
			return nil, fmt.Errorf("a view of shape %v is not contiguous", v.Shape())
		}
		return v.Float32s(), nil
	case *G.F32:
		return []float32{float32(*v)}, nil
	}
	return nil, fmt.Errorf("%T holds no float32 numbers", v)
}

// ReturnsPtr implements gorgonia.Op.
func (o *Op) ReturnsPtr() bool { return true }

// CallsExtern implements gorgonia.Op.
func (o *Op) CallsExtern() bool { return false }

// OverwritesInput implements gorgonia.Op.
func (o *Op) OverwritesInput() int { return -1 }

// WriteHash implements gorgonia.Op.
func (o *Op) WriteHash(h hash.Hash) { _, _ = fmt.Fprintf(h, "%s#%d", o.Kind, o.id) }

// Hashcode implements gorgonia.Op.
func (o *Op) Hashcode() uint32 {
	h := fnv.New32a()
	o.WriteHash(h)
	return h.Sum32()
}

// String implements fmt.Stringer.
func (o *Op) String() string { return fmt.Sprintf("%s#%d", o.Kind, o.id) }

// DiffWRT implements gorgonia.SDOp.
func (o *Op) DiffWRT(n int) []bool {
	if o.Diff == nil {
		return make([]bool, n)
	}
	return o.Diff
}

// SymDiff implements gorgonia.SDOp.
func (o *Op) SymDiff(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	if o.Backward == nil {
		return make(G.Nodes, len(in)), nil
	}
	return o.Backward(in, out, grad)
}

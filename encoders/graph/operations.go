package graph

import (
	"time"

	"gorgonia.org/tensor"
)

// Operation is one operation of a program: what it reads and writes, and what it has taken.
type Operation struct {
	Kind string
	In   []tensor.Shape // of the operands; nil for a sum of gradients that differentiation adds
	Out  tensor.Shape   // of the result; {1} where only what is taken from it counts

	// Bytes are those of its operands and results, each once, whatever a cache holds and however
	// often the operation goes over them. What it keeps for itself between its passes is left out.
	Bytes int
	Spent time.Duration // of all runs so far
}

// Operations returns the program's operations in the order in which they run. What is taken from an
// operation (see [Take]) counts as a result of that one.
func (p *Program) Operations() []Operation {
	var all []Operation
	at := map[*Op]int{}
	for i := range p.steps {
		s := &p.steps[i]
		if s.of != nil {
			if primary, ok := at[s.of]; ok && s.of.gives(s.op) {
				all[primary].Bytes += 4 * len(s.out)
			}
			continue
		}
		o := Operation{Kind: s.kind, Bytes: 4 * len(s.out), Spent: s.spent}
		for _, x := range s.in {
			o.Bytes += 4 * len(x)
		}
		if s.op != nil {
			o.In, o.Out, at[s.op] = s.op.In, s.op.Out, len(all)
		}
		all = append(all, o)
	}
	return all
}

// gives reports whether a take is of a result, and no mark of an order ([After], [InputAfter]).
func (o *Op) gives(take *Op) bool { return take.Kind == takeKind }

package graph

import (
	"fmt"
	"slices"
	"strings"

	"protobench/internal/kernel"
	"protobench/internal/team"
)

// Fault is where a program's numbers stop being finite.
type Fault struct {
	Tensor    string // an input by its name, or a result by its shape and the inputs it is of
	Operation string // what wrote it; "" for an input
}

// named is an input by its name.
type named struct {
	name string
	data []float32
}

// Fault runs the program once more and looks at every input, then at every result as soon as it is
// there, until one holds NaN or infinity; false where none does. It takes longer than a run and is
// for when something is known to be wrong. Operations with state go one step on.
func (p *Program) Fault(team *team.Team) (Fault, bool) {
	for _, in := range p.inputs {
		if !kernel.Finite(in.data) {
			return Fault{Tensor: in.name}, true
		}
	}
	for i := range p.steps {
		s := &p.steps[i]
		if s.fresh != nil {
			clear(s.out) // of what others have left there, of which an operation may write a part
		}
		s.forward(team, s.in, s.out)
		if !kernel.Finite(s.out) {
			return p.faultOf(s), true
		}
	}
	return Fault{}, false
}

// faultOf names what a step has written.
func (p *Program) faultOf(s *step) Fault {
	f := Fault{Tensor: fmt.Sprintf("a result of %d numbers", len(s.out)), Operation: s.kind}
	if s.of != nil {
		f.Operation = s.of.Kind
	} else if s.op != nil && len(s.op.Out) > 0 {
		f.Tensor = fmt.Sprintf("a result of shape %v", s.op.Out)
	}
	if names := p.operandsOf(s); len(names) > 0 {
		f.Tensor += " of " + strings.Join(names, ", ")
	}
	return f
}

// operandsOf are the names of the inputs among a step's operands.
func (p *Program) operandsOf(s *step) []string {
	var names []string
	for _, x := range s.in {
		i := slices.IndexFunc(p.inputs, func(in named) bool { return len(x) > 0 && len(in.data) > 0 && &in.data[0] == &x[0] })
		if i >= 0 {
			names = append(names, p.inputs[i].name)
		}
	}
	return names
}

package part

import (
	"fmt"
	"slices"

	"protobench/encoders"
	"protobench/encoders/optim"
)

// Named is one entry of a state: a named array with exactly one of F32 and F64.
type Named struct {
	Name  string
	Shape []int
	F32   []float32
	F64   []float64
}

// Stateful is a part of a run with numbers that a resumed run needs. Entries share the part's
// memory, so saving copies out of them and loading copies into them: what is saved is what is
// restored.
type Stateful interface {
	State(prefix string) []Named
}

// F32Of is an entry of float32 numbers, of one dimension unless a shape is given.
func F32Of(name string, x []float32, shape ...int) Named {
	if shape == nil {
		shape = []int{len(x)}
	}
	return Named{Name: name, Shape: shape, F32: x}
}

// F64Of is an entry of float64 numbers.
func F64Of(name string, x []float64) Named { return Named{Name: name, Shape: []int{len(x)}, F64: x} }

// ParamState are the values of parameters.
func ParamState(prefix string, params []*encoders.Param) []Named {
	var out []Named
	for _, p := range params {
		out = append(out, F32Of(prefix+p.Name, p.Value, p.Shape...))
	}
	return out
}

// OptimizerState is what an optimizer keeps of parameters.
func OptimizerState(prefix string, o optim.Optimizer, params []*encoders.Param) []Named {
	out := []Named{F64Of(prefix+"steps", o.Steps())}
	for _, p := range params {
		for i, s := range o.Slots(p) {
			out = append(out, F32Of(fmt.Sprintf("%s%s.%d", prefix, p.Name, i), s, p.Shape...))
		}
	}
	return out
}

// CopyOut returns a deep copy of entries.
func CopyOut(entries []Named) []Named {
	out := make([]Named, len(entries))
	for i, e := range entries {
		e.Shape, e.F32, e.F64 = slices.Clone(e.Shape), slices.Clone(e.F32), slices.Clone(e.F64)
		out[i] = e
	}
	return out
}

// CopyIn overwrites entries with a saved state. Everything is checked before anything is written.
func CopyIn(entries, saved []Named) error {
	byName := make(map[string]Named, len(saved))
	for _, s := range saved {
		byName[s.Name] = s
	}
	if len(byName) != len(entries) {
		return fmt.Errorf("state: %d entries, expected %d: it was saved by another composition", len(byName), len(entries))
	}
	for _, e := range entries {
		s, ok := byName[e.Name]
		if !ok {
			return fmt.Errorf("state: no entry %q", e.Name)
		}
		if !slices.Equal(s.Shape, e.Shape) || len(s.F32) != len(e.F32) || len(s.F64) != len(e.F64) {
			return fmt.Errorf("state: entry %q has shape %v, expected %v", e.Name, s.Shape, e.Shape)
		}
	}
	for _, e := range entries {
		copy(e.F32, byName[e.Name].F32)
		copy(e.F64, byName[e.Name].F64)
	}
	return nil
}

package tensorfile

import (
	"fmt"
	"math"
)

// Tensor is one named array, row-major. Exactly one of F32, F64 and I64 is non-nil;
// it holds the product of Shape values, one for an empty Shape (a scalar).
type Tensor struct {
	Name  string
	Shape []int
	F32   []float32
	F64   []float64
	I64   []int64
}

// File is the content of a safetensors file: tensors in the order of their data, and
// free text by key.
type File struct {
	Metadata map[string]string
	Tensors  []Tensor
}

// Get returns the tensor of that name.
func (f *File) Get(name string) (Tensor, bool) {
	for _, t := range f.Tensors {
		if t.Name == name {
			return t, true
		}
	}
	return Tensor{}, false
}

// Len returns the number of values held.
func (t Tensor) Len() int { return len(t.F32) + len(t.F64) + len(t.I64) }

// Float32s returns the values as float32: the slice itself where it is one, else a
// rounded copy.
func (t Tensor) Float32s() []float32 {
	if t.F32 != nil {
		return t.F32
	}
	out := make([]float32, 0, t.Len())
	for _, v := range t.F64 {
		out = append(out, float32(v))
	}
	for _, v := range t.I64 {
		out = append(out, float32(v))
	}
	return out
}

// Float64s returns the values as float64: the slice itself where it is one, else a
// copy (integers beyond 2^53 are rounded).
func (t Tensor) Float64s() []float64 {
	if t.F64 != nil {
		return t.F64
	}
	out := make([]float64, 0, t.Len())
	for _, v := range t.F32 {
		out = append(out, float64(v))
	}
	for _, v := range t.I64 {
		out = append(out, float64(v))
	}
	return out
}

// check refuses a tensor that cannot be written: no or several value slices, or a
// shape that does not hold them.
func (t Tensor) check() error {
	kinds := 0
	for _, set := range []bool{t.F32 != nil, t.F64 != nil, t.I64 != nil} {
		if set {
			kinds++
		}
	}
	if kinds != 1 {
		return fmt.Errorf("tensor %q has %d value slices, expected exactly one of F32, F64 and I64", t.Name, kinds)
	}
	n, ok := product(t.Shape)
	if !ok || n != t.Len() {
		return fmt.Errorf("tensor %q has %d values, which shape %v does not hold", t.Name, t.Len(), t.Shape)
	}
	return nil
}

// product multiplies a shape's extents; ok is false when one is negative or the
// product overflows.
func product(shape []int) (n int, ok bool) {
	n = 1
	for _, s := range shape {
		if s < 0 {
			return 0, false
		}
		if s > 0 && n > math.MaxInt/s {
			return 0, false
		}
		n *= s
	}
	return n, true
}

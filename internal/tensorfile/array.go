package tensorfile

import (
	"fmt"
	"slices"
)

// Array is an array that stays in its file until its numbers are asked for.
type Array struct {
	Name  string
	Shape []int
	DType string // as safetensors names it: F32, F64, F16, BF16, I64, …
	// Origin is equal for arrays that are the same numbers of the same file: a tensor under two
	// names.
	Origin string

	file  string
	dtype dtype
	view  View
	store Store
}

// View says how an array lies in its store. Strides and Offset count elements.
type View struct {
	Shape, Strides []int
	Offset         int
	Big            bool // big-endian
}

// Stacked is the view of an array that fills its store in row-major order.
func Stacked(shape []int) View {
	v := View{Shape: shape, Strides: make([]int, len(shape))}
	step := 1
	for d := len(shape) - 1; d >= 0; d-- {
		v.Strides[d] = step
		step *= max(1, shape[d])
	}
	return v
}

// repeated is how many elements a view may have beyond those of its store: a small expanded tensor
// is honest, and one of terabytes on four bytes is not.
const repeated = 1 << 20

// NewArray is the array of a name in a file, of which dt names the type as safetensors does. The
// view has to lie within the store.
func NewArray(file, name, dt string, v View, s Store) (Array, error) {
	a := Array{Name: name, Shape: v.Shape, DType: dt, file: file, view: v, store: s}
	var ok bool
	if a.dtype, ok = lookupDType(dt); !ok {
		return a, a.wrong(fmt.Errorf("dtype %q is not supported; save it as float32", dt))
	}
	a.Origin = fmt.Sprintf("%p+%d %s %v %v", s, v.Offset, dt, v.Shape, v.Strides)
	if err := v.within(s.Size() / int64(a.dtype.size)); err != nil {
		return a, a.wrong(err)
	}
	return a, nil
}

func (a Array) wrong(err error) error { return fmt.Errorf("%s: tensor %q: %w", a.file, a.Name, err) }

// within checks that a view's elements are among so many.
func (v View) within(elements int64) error {
	n, ok := product(v.Shape)
	if !ok || len(v.Strides) != len(v.Shape) {
		return fmt.Errorf("shape %v with strides %v is negative, too large or no view", v.Shape, v.Strides)
	}
	if n == 0 {
		return nil
	}
	last := int64(v.Offset)
	for d, s := range v.Shape {
		// Sizes of a product that fits are below 2^63 each, and so is a stride: divide, not multiply.
		if step := int64(v.Strides[d]); step < 0 || s > 1 && step > elements/int64(s-1) {
			return fmt.Errorf("shape %v with strides %v reaches beyond its %d numbers", v.Shape, v.Strides, elements)
		}
		last += int64(v.Strides[d]) * int64(s-1)
		if last < 0 || last >= elements {
			return fmt.Errorf("shape %v with strides %v from %d on reaches beyond its %d numbers: the file is damaged or cut short",
				v.Shape, v.Strides, v.Offset, elements)
		}
	}
	if v.Offset < 0 || last >= elements {
		return fmt.Errorf("offset %d lies outside of its %d numbers", v.Offset, elements)
	}
	if int64(n) > elements+repeated {
		return fmt.Errorf("shape %v repeats %d numbers: an expanded tensor; save a contiguous one", v.Shape, elements)
	}
	return nil
}

// Len returns the number of elements.
func (a Array) Len() int {
	n, _ := product(a.Shape)
	return n
}

// Float32s reads all numbers, row-major, rounded to float32.
func (a Array) Float32s() ([]float32, error) {
	if len(a.Shape) == 0 {
		return a.read(a.view)
	}
	return a.Rows(0, a.Shape[0])
}

// Rows reads the numbers of the rows lo … hi-1 along the first dimension, row-major, rounded to
// float32. Beside them a window of the file is held, however long a row is.
func (a Array) Rows(lo, hi int) ([]float32, error) {
	if len(a.Shape) == 0 || lo < 0 || hi < lo || hi > a.Shape[0] {
		panic(fmt.Sprintf("tensorfile: rows %d to %d of shape %v", lo, hi, a.Shape))
	}
	v := a.view
	v.Shape = slices.Clone(v.Shape)
	v.Shape[0] = hi - lo
	v.Offset += lo * v.Strides[0]
	return a.read(v)
}

// read walks a view in the order of memory, so that the file is read forward, and puts each number
// at its place in row-major order.
func (a Array) read(v View) ([]float32, error) {
	n, _ := product(v.Shape)
	out := make([]float32, n)
	if n == 0 {
		return out, nil
	}
	to := Stacked(v.Shape).Strides
	dims := make([]int, len(v.Shape))
	for d := range dims {
		dims[d] = d
	}
	slices.SortStableFunc(dims, func(i, j int) int { return v.Strides[j] - v.Strides[i] })
	w := window{store: a.store, size: a.dtype.size, big: v.Big}
	index, from, at := make([]int, len(dims)), v.Offset, 0
	for {
		raw, err := w.element(from)
		if err != nil {
			return nil, a.wrong(err)
		}
		out[at] = a.dtype.one(raw)
		k := len(dims) - 1
		for ; k >= 0; k-- {
			d := dims[k]
			if index[k]++; index[k] < v.Shape[d] {
				from += v.Strides[d]
				at += to[d]
				break
			}
			index[k] = 0
			from -= v.Strides[d] * (v.Shape[d] - 1)
			at -= to[d] * (v.Shape[d] - 1)
		}
		if k < 0 {
			return out, nil
		}
	}
}

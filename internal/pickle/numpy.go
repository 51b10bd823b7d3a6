package pickle

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"unsafe"
)

// DType is a NumPy type of plain numbers.
type DType struct {
	Kind byte // 'b' truth values, 'i' and 'u' integers, 'f' floats, 'c' complex numbers, 'S' bytes, 'U' text, 'V' anything; 'O' objects
	Size int  // bytes of one
	Big  bool // big-endian
}

// String is the type as NumPy writes it: "<f4".
func (d DType) String() string {
	order := "<"
	switch {
	case d.Big:
		order = ">"
	case d.Kind == 'O':
		return "|O"
	case d.Size == 1:
		order = "|"
	}
	return fmt.Sprintf("%s%c%d", order, d.Kind, d.Size)
}

// ParseDType reads a type such as "<f4", "|u1" or "i8".
func ParseDType(s string) (DType, error) {
	d := DType{Big: strings.HasPrefix(s, ">")}
	text := strings.TrimLeft(s, "<>|=")
	if n, err := fmt.Sscanf(text, "%c%d", &d.Kind, &d.Size); text == "O" {
		d.Kind, d.Size = 'O', 8
	} else if n != 2 || err != nil || !strings.ContainsRune("biufcSUVO", rune(d.Kind)) || d.Size < 0 || d.Size > 1<<20 {
		return d, fmt.Errorf("%.20q is no type of NumPy's", s)
	}
	if d.Kind == 'U' {
		d.Size *= 4
	}
	return d, nil
}

// Array is a NumPy array. Data holds its numbers as they lie in memory; Objects its items where it
// is one of objects. Neither is to be written to: they may lie in the pickle's own bytes.
type Array struct {
	DType   DType
	Shape   []int
	Fortran bool // the first dimension varies fastest
	Data    []byte
	Objects []any
}

// Len is the number of items.
func (a *Array) Len() int {
	n := 1
	for _, s := range a.Shape {
		n *= s
	}
	return n
}

// SetState reads (version, byte order, …): a pickle makes a type first and sets its order then.
func (d *DType) SetState(state any) error {
	t, ok := state.(Tuple)
	if !ok || len(t) < 2 {
		return fmt.Errorf("numpy.dtype: a state of type %s", Kind(state))
	}
	order, ok := Text(t[1])
	if !ok {
		return fmt.Errorf("numpy.dtype: byte order of type %s", Kind(t[1]))
	}
	if len(t) > 4 && (t[2] != nil || t[3] != nil) {
		return fmt.Errorf("numpy.dtype: structured types are not supported")
	}
	d.Big = order == ">"
	return nil
}

// numpy are NumPy's functions in its pickles, under the module names of both its major versions.
func numpy(c Class) Caller {
	module := strings.Replace(c.Module, "numpy._core", "numpy.core", 1)
	switch module + "." + c.Name {
	case "numpy.dtype":
		return newDType
	case "numpy.core.multiarray._reconstruct", "numpy.ndarray":
		return func(Tuple) (any, error) { return &Array{}, nil }
	case "numpy.core.multiarray.scalar":
		return scalar
	case "numpy.core.numeric._frombuffer":
		return fromBuffer
	}
	return nil
}

func newDType(args Tuple) (any, error) {
	if len(args) == 0 {
		return nil, fmt.Errorf("called without a type")
	}
	name, ok := Text(args[0])
	if !ok {
		return nil, fmt.Errorf("a type named by %s", Kind(args[0]))
	}
	d, err := ParseDType(name)
	return &d, err
}

func dtypeOf(v any) (DType, error) {
	if d, ok := v.(*DType); ok {
		return *d, nil
	}
	return DType{}, fmt.Errorf("a type that is %s", Kind(v))
}

// SetState reads (version, shape, dtype, Fortran order, data).
func (a *Array) SetState(state any) error {
	t, ok := state.(Tuple)
	if !ok || len(t) != 5 {
		return fmt.Errorf("numpy.ndarray: a state of type %s", Kind(state))
	}
	fortran, ok := truth(t[3])
	if !ok {
		return fmt.Errorf("numpy.ndarray: the order is of type %s", Kind(t[3]))
	}
	return a.fill(t[1], t[2], fortran, t[4])
}

// truth is a bool, or an int as protocols 0 and 1 write one.
func truth(v any) (value, ok bool) {
	switch v := v.(type) {
	case bool:
		return v, true
	case int64:
		return v != 0, true
	}
	return false, false
}

// fill sets an array to data, which have to be as many as its shape says.
func (a *Array) fill(shape, dtype any, fortran bool, data any) error {
	d, err := dtypeOf(dtype)
	if err != nil {
		return fmt.Errorf("numpy.ndarray: %w", err)
	}
	sizes, n, err := shapeOf(shape)
	if err != nil {
		return err
	}
	if objects, ok := data.(*List); ok && d.Kind == 'O' {
		if float64(len(objects.Items)) != n {
			return fmt.Errorf("numpy.ndarray: shape %v with %d objects", sizes, len(objects.Items))
		}
		*a = Array{d, sizes, fortran, nil, objects.Items}
		return nil
	}
	var b []byte
	switch data := data.(type) {
	case []byte:
		b = data
	case string: // Python 2's
		b = unsafe.Slice(unsafe.StringData(data), len(data))
	default:
		return fmt.Errorf("numpy.ndarray: its data are of type %s", Kind(data))
	}
	if d.Kind == 'O' || float64(len(b)) != n*float64(d.Size) {
		return fmt.Errorf("numpy.ndarray: shape %v of %s with %d bytes", sizes, d, len(b))
	}
	*a = Array{d, sizes, fortran, b, nil}
	return nil
}

// shapeOf reads a tuple of sizes, and their product.
func shapeOf(v any) (shape []int, n float64, err error) {
	t, ok := v.(Tuple)
	if !ok {
		return nil, 0, fmt.Errorf("numpy.ndarray: a shape of type %s", Kind(v))
	}
	const most = 64
	if len(t) > most {
		return nil, 0, fmt.Errorf("numpy.ndarray: %d dimensions", len(t))
	}
	shape, n = []int{}, 1
	for _, s := range t {
		size, ok := s.(int64)
		if !ok || size < 0 || size > math.MaxInt32*1024 {
			return nil, 0, fmt.Errorf("numpy.ndarray: %v is no size", s)
		}
		shape, n = append(shape, int(size)), n*float64(size)
	}
	return shape, n, nil
}

// fromBuffer is an array of protocol 5: (data, dtype, shape, order).
func fromBuffer(args Tuple) (any, error) {
	if len(args) != 4 {
		return nil, fmt.Errorf("called with %d arguments, not 4", len(args))
	}
	order, _ := args[3].(string)
	a := &Array{}
	return a, a.fill(args[2], args[1], order == "F", args[0])
}

// scalar is a single number (dtype, bytes); of types that Go lacks, the array of it.
func scalar(args Tuple) (any, error) {
	if len(args) != 2 {
		return nil, fmt.Errorf("called with %d arguments, not 2", len(args))
	}
	a := &Array{}
	if err := a.fill(Tuple{}, args[0], false, args[1]); err != nil {
		return nil, err
	}
	return a.first(), nil
}

func (a *Array) first() any {
	var order binary.ByteOrder = binary.LittleEndian
	if a.DType.Big {
		order = binary.BigEndian
	}
	switch a.DType.String()[1:] {
	case "b1":
		return a.Data[0] != 0
	case "u1":
		return int64(a.Data[0])
	case "i1":
		return int64(int8(a.Data[0]))
	case "i4":
		return int64(int32(order.Uint32(a.Data)))
	case "u4":
		return int64(order.Uint32(a.Data))
	case "i8":
		return int64(order.Uint64(a.Data))
	case "f4":
		return float64(math.Float32frombits(order.Uint32(a.Data)))
	case "f8":
		return math.Float64frombits(order.Uint64(a.Data))
	}
	return a
}

package tensorfile

import (
	"encoding/binary"
	"math"
	"strings"
)

// dtype is an element type on disk, little-endian; its name is the safetensors one.
type dtype struct {
	name string
	size int
	read func(t *Tensor, raw []byte, n int)
	one  func(raw []byte) float32 // the first element, rounded
}

// dtypes lists the element types that are known, by safetensors name.
func dtypes() []dtype {
	order := binary.LittleEndian
	f32 := func(b []byte) float32 { return math.Float32frombits(order.Uint32(b)) }
	f64 := func(b []byte) float32 { return float32(math.Float64frombits(order.Uint64(b))) }
	f16 := func(b []byte) float32 { return halfToFloat(order.Uint16(b)) }
	bf16 := func(b []byte) float32 { return bfloatToFloat(order.Uint16(b)) }
	return []dtype{
		{"F32", 4, readF32, f32},
		{"F64", 8, readF64, f64},
		{"F16", 2, func(t *Tensor, raw []byte, n int) { readHalf(t, raw, n, halfToFloat) }, f16},
		{"BF16", 2, func(t *Tensor, raw []byte, n int) { readHalf(t, raw, n, bfloatToFloat) }, bf16},
		integer("I64", 8, func(b []byte) int64 { return int64(order.Uint64(b)) }),
		integer("I32", 4, func(b []byte) int64 { return int64(int32(order.Uint32(b))) }),
		integer("I16", 2, func(b []byte) int64 { return int64(int16(order.Uint16(b))) }),
		integer("I8", 1, func(b []byte) int64 { return int64(int8(b[0])) }),
		integer("U8", 1, func(b []byte) int64 { return int64(b[0]) }),
		integer("BOOL", 1, func(b []byte) int64 { return int64(min(b[0], 1)) }),
	}
}

// integer is a type that a [Tensor] holds as I64.
func integer(name string, size int, one func([]byte) int64) dtype {
	return dtype{name, size,
		func(t *Tensor, raw []byte, n int) { readInts(t, n, func(i int) int64 { return one(raw[size*i:]) }) },
		func(raw []byte) float32 { return float32(one(raw)) },
	}
}

func lookupDType(name string) (dtype, bool) {
	for _, d := range dtypes() {
		if d.name == name {
			return d, true
		}
	}
	return dtype{}, false
}

// dtypeNames lists the types that are known, for errors.
func dtypeNames() string {
	var names []string
	for _, d := range dtypes() {
		names = append(names, d.name)
	}
	return strings.Join(names, ", ")
}

func readF32(t *Tensor, raw []byte, n int) {
	t.F32 = make([]float32, n)
	for i := range t.F32 {
		t.F32[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
}

func readF64(t *Tensor, raw []byte, n int) {
	t.F64 = make([]float64, n)
	for i := range t.F64 {
		t.F64[i] = math.Float64frombits(binary.LittleEndian.Uint64(raw[8*i:]))
	}
}

func readHalf(t *Tensor, raw []byte, n int, widen func(uint16) float32) {
	t.F32 = make([]float32, n)
	for i := range t.F32 {
		t.F32[i] = widen(binary.LittleEndian.Uint16(raw[2*i:]))
	}
}

func readInts(t *Tensor, n int, at func(i int) int64) {
	t.I64 = make([]int64, n)
	for i := range t.I64 {
		t.I64[i] = at(i)
	}
}

// bfloatToFloat widens a bfloat16: the upper half of a float32.
func bfloatToFloat(h uint16) float32 { return math.Float32frombits(uint32(h) << 16) }

// halfToFloat widens an IEEE 754 binary16.
func halfToFloat(h uint16) float32 {
	sign := uint32(h>>15) << 31
	exponent, fraction := uint32(h>>10)&0x1f, uint32(h)&0x3ff
	switch {
	case exponent == 0x1f: // infinity or NaN
		return math.Float32frombits(sign | 0xff<<23 | fraction<<13)
	case exponent == 0: // zero or subnormal: fraction × 2^-24, exact in float32
		v := float32(fraction) / (1 << 24)
		return math.Float32frombits(sign | math.Float32bits(v))
	}
	return math.Float32frombits(sign | (exponent+112)<<23 | fraction<<13)
}

// appendValues appends the values' little-endian bytes.
func (t Tensor) appendValues(b []byte) []byte {
	for _, v := range t.F32 {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	for _, v := range t.F64 {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	for _, v := range t.I64 {
		b = binary.LittleEndian.AppendUint64(b, uint64(v))
	}
	return b
}

// dtypeName returns the safetensors name and the element size of what is held.
func (t Tensor) dtypeName() (string, int) {
	switch {
	case t.F32 != nil:
		return "F32", 4
	case t.F64 != nil:
		return "F64", 8
	}
	return "I64", 8
}

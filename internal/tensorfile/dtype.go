package tensorfile

import (
	"encoding/binary"
	"math"
)

// dtype is an element type on disk, little-endian; its name is the safetensors one.
type dtype struct {
	name string
	size int
	read func(t *Tensor, raw []byte, n int)
}

// dtypes lists the element types that can be read, by safetensors name.
func dtypes() []dtype {
	return []dtype{
		{"F32", 4, readF32},
		{"F64", 8, readF64},
		{"F16", 2, func(t *Tensor, raw []byte, n int) { readHalf(t, raw, n, halfToFloat) }},
		{"BF16", 2, func(t *Tensor, raw []byte, n int) { readHalf(t, raw, n, bfloatToFloat) }},
		{"I64", 8, func(t *Tensor, raw []byte, n int) {
			readInts(t, n, func(i int) int64 { return int64(binary.LittleEndian.Uint64(raw[8*i:])) })
		}},
		{"I32", 4, func(t *Tensor, raw []byte, n int) {
			readInts(t, n, func(i int) int64 { return int64(int32(binary.LittleEndian.Uint32(raw[4*i:]))) })
		}},
		{"U8", 1, func(t *Tensor, raw []byte, n int) {
			readInts(t, n, func(i int) int64 { return int64(raw[i]) })
		}},
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

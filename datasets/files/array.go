package files

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
)

// Array is a block of numbers out of a file. What they mean is asked of it: [Array.Pixels] or
// [Array.Labels].
type Array struct {
	Name    string // of the file, and its member, for errors
	Kind    byte   // 'u' unsigned and 'i' signed integers, 'f' floats, 'b' truth values
	Size    int    // bytes of one number: 1, 2, 4 or 8
	Big     bool   // big-endian
	fortran bool   // the first dimension varies fastest
	Shape   []int
	Data    []byte
	mapped  bool // Data are a file's own bytes, to be read only
}

// typeName is the numbers' type as NumPy names it.
func (a *Array) typeName() string {
	switch a.Kind {
	case 'u':
		return fmt.Sprintf("uint%d", 8*a.Size)
	case 'i':
		return fmt.Sprintf("int%d", 8*a.Size)
	case 'f':
		return fmt.Sprintf("float%d", 8*a.Size)
	}
	return "bool"
}

func (a *Array) len() int { return len(a.Data) / a.Size }

// bits returns number i as its bytes say.
func (a *Array) bits(i int) uint64 {
	b := a.Data[i*a.Size:]
	var order binary.ByteOrder = binary.LittleEndian
	if a.Big {
		order = binary.BigEndian
	}
	switch a.Size {
	case 1:
		return uint64(b[0])
	case 2:
		return uint64(order.Uint16(b))
	case 4:
		return uint64(order.Uint32(b))
	}
	return order.Uint64(b)
}

// value returns number i.
func (a *Array) value(i int) float64 {
	bits := a.bits(i)
	switch {
	case a.Kind == 'i':
		return float64(int64(bits<<(64-8*a.Size)) >> (64 - 8*a.Size)) // the sign extended
	case a.Kind == 'f' && a.Size == 2:
		return half(uint16(bits))
	case a.Kind == 'f' && a.Size == 4:
		return float64(math.Float32frombits(uint32(bits)))
	case a.Kind == 'f':
		return math.Float64frombits(bits)
	}
	return float64(bits)
}

// half is an IEEE 754 binary16 number.
func half(h uint16) float64 {
	sign, exponent, fraction := 1.0, int(h>>10&31), float64(h&1023)
	if h>>15 == 1 {
		sign = -1
	}
	switch exponent {
	case 0:
		return sign * math.Ldexp(fraction, -24)
	case 31:
		if fraction != 0 {
			return math.NaN()
		}
		return sign * math.Inf(1)
	}
	return sign * math.Ldexp(1024+fraction, exponent-25)
}

// Pixels makes images without labels out of [N,H,W], [N,H,W,C] or [N,C,H,W]. Bytes stay where they
// are; of other types, whole numbers from 0 to 255 are taken as they are, and floats from 0 to 1 as
// shares of 255, rounded. The array's data are used up.
func (a *Array) Pixels() (Pixels, error) {
	if a.fortran {
		if err := a.rowMajor(); err != nil {
			return Pixels{}, err
		}
	}
	p, planes, err := a.layout()
	if err != nil {
		return p, err
	}
	if a.Kind != 'u' || a.Size != 1 {
		if err := a.toBytes(); err != nil {
			return p, err
		}
	}
	if planes {
		if err := a.Own(); err != nil {
			return p, err
		}
		Interleave(a.Data, p.Channels, p.Height*p.Width)
	}
	p.Data = a.Data
	return p, nil
}

// layout reads the shape. planes says that channels come before rows.
func (a *Array) layout() (p Pixels, planes bool, err error) {
	s := a.Shape
	switch {
	case slices.Contains(s, 0):
		return p, false, fmt.Errorf("%s: holds no pixels (shape %v); a split needs at least one image", a.Name, s)
	case len(s) == 3:
		return Pixels{Height: s[1], Width: s[2], Channels: 1}, false, nil
	case len(s) == 4 && (s[3] == 1 || s[3] == 3):
		return Pixels{Height: s[1], Width: s[2], Channels: s[3]}, false, nil
	case len(s) == 4 && (s[1] == 1 || s[1] == 3):
		return Pixels{Height: s[2], Width: s[3], Channels: s[1]}, s[1] == 3, nil
	case len(s) == 4:
		return p, false, fmt.Errorf("%s: shape %v has neither 1 nor 3 channels; expected [images, rows, columns, 1 or 3]; drop the other channels", a.Name, s)
	}
	return p, false, fmt.Errorf("%s: %d dimensions (shape %v); images have 3 or 4, [images, rows, columns] or [images, rows, columns, channels]; reshape the array", a.Name, len(s), s)
}

// toBytes turns the numbers into bytes: in the memory they are in, or beside the file that they are
// mapped from. What is left over of the memory is given back.
func (a *Array) toBytes() error {
	low, high, whole := math.Inf(1), math.Inf(-1), true
	for i := range a.len() {
		v := a.value(i)
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("%s: value %d of shape %v is %v; images need finite numbers", a.Name, i, a.Shape, v)
		}
		low, high, whole = min(low, v), max(high, v), whole && v == math.Trunc(v)
	}
	scale := 1.0
	switch {
	case low < 0 || high > 255, !whole && high > 1:
		return fmt.Errorf("%s: %s from %g to %g are no images; expected whole numbers from 0 to 255, or floats from 0 to 1; undo the normalisation before saving", a.Name, a.typeName(), low, high)
	case a.Kind == 'b', a.Kind == 'f' && high <= 1:
		scale = 255
	}
	n := a.len()
	if text := TooLarge(float64(n)); text != "" {
		return fmt.Errorf("%s: to turn shape %v of %s into bytes %s; save it as uint8", a.Name, a.Shape, a.typeName(), text)
	}
	to := a.Data
	if a.mapped {
		to = make([]byte, n)
	}
	for i := range n { // what is written lies before what is still to be read
		to[i] = uint8(math.Round(a.value(i) * scale))
	}
	if !a.mapped && a.Size > 1 {
		to = slices.Clone(to[:n])
	}
	a.Data, a.Kind, a.Size, a.Big, a.mapped = to[:n], 'u', 1, false, false
	return nil
}

// Interleave turns images of planes, [C,pixels], into [pixels,C], one after the other.
func Interleave(data []uint8, channels, pixels int) {
	planes := make([]uint8, channels*pixels)
	for len(data) >= len(planes) {
		image := data[:len(planes)]
		copy(planes, image)
		for c := range channels {
			for i, v := range planes[c*pixels:][:pixels] {
				image[i*channels+c] = v
			}
		}
		data = data[len(planes):]
	}
}

// Labels makes one label an image out of [N] or [N,1]; −1 means unlabelled.
func (a *Array) Labels(images int) ([]int, error) {
	columns := 1
	if len(a.Shape) == 2 {
		columns = a.Shape[1]
	}
	switch {
	case len(a.Shape) == 2 && columns > 1:
		return nil, fmt.Errorf("%s: shape %v has %d labels an image; expected one, a whole number; images of several classes are not supported", a.Name, a.Shape, columns)
	case len(a.Shape) != 1 && len(a.Shape) != 2:
		return nil, fmt.Errorf("%s: %d dimensions (shape %v); labels have 1", a.Name, len(a.Shape), a.Shape)
	case a.Shape[0] != images:
		return nil, fmt.Errorf("%s: %d labels for %d images; the files belong to different sets", a.Name, a.Shape[0], images)
	}
	return a.Integers()
}

// MostClasses bounds labels: what counts classes takes memory for each of them.
const MostClasses = 1 << 20

// Integers reads all numbers as labels.
func (a *Array) Integers() ([]int, error) {
	out := make([]int, a.len())
	for i := range out {
		v := a.value(i)
		if !(v >= -1 && v < MostClasses) || v != math.Trunc(v) {
			return nil, fmt.Errorf("%s: label %d is %v; expected a whole number from 0 (-1: unlabelled) and below %d", a.Name, i, v, MostClasses)
		}
		out[i] = int(v)
	}
	return out, nil
}

// rowMajor reorders numbers of which the first dimension varies fastest. It takes a copy of the
// data.
func (a *Array) rowMajor() error {
	if text := TooLarge(float64(len(a.Data))); text != "" {
		return fmt.Errorf("%s: turning columns into rows %s; save the array in C order", a.Name, text)
	}
	out := make([]byte, len(a.Data))
	index := make([]int, len(a.Shape))
	for to := range a.len() {
		from, stride := 0, 1
		for d, x := range index {
			from += x * stride
			stride *= a.Shape[d]
		}
		copy(out[to*a.Size:][:a.Size], a.Data[from*a.Size:])
		for d := len(index) - 1; d >= 0; d-- {
			if index[d]++; index[d] < a.Shape[d] {
				break
			}
			index[d] = 0
		}
	}
	a.Data, a.fortran, a.mapped = out, false, false
	return nil
}

// Pixels are images without labels.
type Pixels struct {
	Height, Width, Channels int
	Data                    []uint8 // [N,Height,Width,Channels], row-major
}

// FirstColumn drops all but the first column.
func (a *Array) FirstColumn() {
	rows, columns := a.Shape[0], a.Shape[1]
	out := make([]byte, 0, rows*a.Size)
	for i := range rows {
		out = append(out, a.Data[i*columns*a.Size:][:a.Size]...)
	}
	a.Shape, a.Data, a.mapped = []int{rows}, out, false
}

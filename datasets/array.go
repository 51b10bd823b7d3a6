package datasets

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
)

// array is a block of numbers out of a file. What they mean is asked of it: [array.pixels] or [array.labels].
type array struct {
	name    string // of the file, and its member, for errors
	kind    byte   // 'u' unsigned and 'i' signed integers, 'f' floats, 'b' truth values
	size    int    // bytes of one number: 1, 2, 4 or 8
	big     bool   // big-endian
	fortran bool   // the first dimension varies fastest
	shape   []int
	data    []byte
}

// typeName is the numbers' type as NumPy names it.
func (a *array) typeName() string {
	switch a.kind {
	case 'u':
		return fmt.Sprintf("uint%d", 8*a.size)
	case 'i':
		return fmt.Sprintf("int%d", 8*a.size)
	case 'f':
		return fmt.Sprintf("float%d", 8*a.size)
	}
	return "bool"
}

func (a *array) len() int { return len(a.data) / a.size }

// bits returns number i as its bytes say.
func (a *array) bits(i int) uint64 {
	b := a.data[i*a.size:]
	var order binary.ByteOrder = binary.LittleEndian
	if a.big {
		order = binary.BigEndian
	}
	switch a.size {
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
func (a *array) value(i int) float64 {
	bits := a.bits(i)
	switch {
	case a.kind == 'i':
		return float64(int64(bits<<(64-8*a.size)) >> (64 - 8*a.size)) // the sign extended
	case a.kind == 'f' && a.size == 2:
		return half(uint16(bits))
	case a.kind == 'f' && a.size == 4:
		return float64(math.Float32frombits(uint32(bits)))
	case a.kind == 'f':
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

// pixels makes images without labels out of [N,H,W], [N,H,W,C] or [N,C,H,W]. Bytes stay where they are; of other types,
// whole numbers from 0 to 255 are taken as they are, and floats from 0 to 1 as shares of 255, rounded. The array's data
// are used up.
func (a *array) pixels() (pixels, error) {
	if a.fortran {
		if err := a.rowMajor(); err != nil {
			return pixels{}, err
		}
	}
	p, planes, err := a.layout()
	if err != nil {
		return p, err
	}
	if a.kind != 'u' || a.size != 1 {
		if err := a.toBytes(); err != nil {
			return p, err
		}
	}
	p.Data = a.data
	if planes {
		interleave(p.Data, p.Channels, p.Height*p.Width)
	}
	return p, nil
}

// layout reads the shape. planes says that channels come before rows.
func (a *array) layout() (p pixels, planes bool, err error) {
	s := a.shape
	switch {
	case slices.Contains(s, 0):
		return p, false, fmt.Errorf("%s: holds no pixels (shape %v); a split needs at least one image", a.name, s)
	case len(s) == 3:
		return pixels{Height: s[1], Width: s[2], Channels: 1}, false, nil
	case len(s) == 4 && (s[3] == 1 || s[3] == 3):
		return pixels{Height: s[1], Width: s[2], Channels: s[3]}, false, nil
	case len(s) == 4 && (s[1] == 1 || s[1] == 3):
		return pixels{Height: s[2], Width: s[3], Channels: s[1]}, s[1] == 3, nil
	case len(s) == 4:
		return p, false, fmt.Errorf("%s: shape %v has neither 1 nor 3 channels; expected [images, rows, columns, 1 or 3]; drop the other channels", a.name, s)
	}
	return p, false, fmt.Errorf("%s: %d dimensions (shape %v); images have 3 or 4, [images, rows, columns] or [images, rows, columns, channels]; reshape the array", a.name, len(s), s)
}

// toBytes turns the numbers into bytes, in the memory they are in.
func (a *array) toBytes() error {
	low, high, whole := math.Inf(1), math.Inf(-1), true
	for i := range a.len() {
		v := a.value(i)
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("%s: value %d of shape %v is %v; images need finite numbers", a.name, i, a.shape, v)
		}
		low, high, whole = min(low, v), max(high, v), whole && v == math.Trunc(v)
	}
	scale := 1.0
	switch {
	case low < 0 || high > 255, !whole && high > 1:
		return fmt.Errorf("%s: %s from %g to %g are no images; expected whole numbers from 0 to 255, or floats from 0 to 1; undo the normalisation before saving", a.name, a.typeName(), low, high)
	case a.kind == 'b', a.kind == 'f' && high <= 1:
		scale = 255
	}
	n := a.len()
	for i := range n { // what is written lies before what is still to be read
		a.data[i] = uint8(math.Round(a.value(i) * scale))
	}
	a.data, a.kind, a.size, a.big = slices.Clip(a.data[:n]), 'u', 1, false
	return nil
}

// interleave turns images of planes, [C,pixels], into [pixels,C], one after the other.
func interleave(data []uint8, channels, pixels int) {
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

// labels makes one label an image out of [N] or [N,1]; −1 means unlabelled.
func (a *array) labels(images int) ([]int, error) {
	columns := 1
	if len(a.shape) == 2 {
		columns = a.shape[1]
	}
	switch {
	case len(a.shape) == 2 && columns > 1:
		return nil, fmt.Errorf("%s: shape %v has %d labels an image; expected one, a whole number; images of several classes are not supported", a.name, a.shape, columns)
	case len(a.shape) != 1 && len(a.shape) != 2:
		return nil, fmt.Errorf("%s: %d dimensions (shape %v); labels have 1", a.name, len(a.shape), a.shape)
	case a.shape[0] != images:
		return nil, fmt.Errorf("%s: %d labels for %d images; the files belong to different sets", a.name, a.shape[0], images)
	}
	return a.integers()
}

// mostClasses bounds labels: what counts classes takes memory for each of them.
const mostClasses = 1 << 20

// integers reads all numbers as labels.
func (a *array) integers() ([]int, error) {
	out := make([]int, a.len())
	for i := range out {
		v := a.value(i)
		if !(v >= -1 && v < mostClasses) || v != math.Trunc(v) {
			return nil, fmt.Errorf("%s: label %d is %v; expected a whole number from 0 (-1: unlabelled) and below %d", a.name, i, v, mostClasses)
		}
		out[i] = int(v)
	}
	return out, nil
}

// rowMajor reorders numbers of which the first dimension varies fastest. It takes a copy of the data.
func (a *array) rowMajor() error {
	if text := tooLarge(float64(len(a.data))); text != "" {
		return fmt.Errorf("%s: turning columns into rows %s; save the array in C order", a.name, text)
	}
	out := make([]byte, len(a.data))
	index := make([]int, len(a.shape))
	for to := range a.len() {
		from, stride := 0, 1
		for d, x := range index {
			from += x * stride
			stride *= a.shape[d]
		}
		copy(out[to*a.size:][:a.size], a.data[from*a.size:])
		for d := len(index) - 1; d >= 0; d-- {
			if index[d]++; index[d] < a.shape[d] {
				break
			}
			index[d] = 0
		}
	}
	a.data, a.fortran = out, false
	return nil
}

// pixels are images without labels.
type pixels struct {
	Height, Width, Channels int
	Data                    []uint8 // [N,Height,Width,Channels], row-major
}

// firstColumn drops all but the first column.
func (a *array) firstColumn() {
	rows, columns := a.shape[0], a.shape[1]
	for i := range rows {
		copy(a.data[i*a.size:][:a.size], a.data[i*columns*a.size:])
	}
	a.shape, a.data = []int{rows}, a.data[:rows*a.size]
}

package tensorfile

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"protobench/internal/durable"
)

const npyMagic = "\x93NUMPY"

// ReadNPY reads a NumPy .npy file (format 1.0 to 3.0): f2, f4, f8, i1, i2, i4, i8, u1 or b1 of
// either byte order, C or Fortran order (Fortran order is turned into row-major). The tensor has no
// name.
func ReadNPY(path string) (Tensor, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return Tensor{}, err
	}
	return DecodeNPY(path, raw)
}

// DecodeNPY is ReadNPY on bytes in memory; name stands in errors.
func DecodeNPY(name string, raw []byte) (Tensor, error) {
	t, err := decodeNPY(raw)
	if err != nil {
		return Tensor{}, fmt.Errorf("%s: %w", name, err)
	}
	return t, nil
}

func decodeNPY(raw []byte) (Tensor, error) {
	head, data, err := splitNPY(raw)
	if err != nil {
		return Tensor{}, err
	}
	h, err := parseNPYHeader(head)
	if err != nil {
		return Tensor{}, err
	}
	n, ok := product(h.shape)
	if !ok {
		return Tensor{}, fmt.Errorf("shape %v is negative or too large", h.shape)
	}
	if size := len(data) / h.dtype.size; len(data)%h.dtype.size != 0 || size != n {
		return Tensor{}, fmt.Errorf("%d bytes of data, which shape %v of %s does not fill", len(data), h.shape, h.dtype.name)
	}
	t := Tensor{Shape: h.shape}
	if h.big {
		data = slices.Clone(data)
		for i := 0; i < len(data); i += h.dtype.size {
			slices.Reverse(data[i : i+h.dtype.size])
		}
	}
	h.dtype.read(&t, data, n)
	if h.fortran {
		t = t.rowMajor()
	}
	return t, nil
}

// splitNPY separates the header's text from the data.
func splitNPY(raw []byte) (head string, data []byte, err error) {
	if len(raw) < 10 || string(raw[:6]) != npyMagic {
		return "", nil, fmt.Errorf("does not begin like an .npy file")
	}
	at, n := 10, int(binary.LittleEndian.Uint16(raw[8:]))
	if major := raw[6]; major > 3 || major == 0 {
		return "", nil, fmt.Errorf(".npy format %d.%d, expected 1.0 to 3.0", major, raw[7])
	} else if major > 1 {
		if len(raw) < 12 {
			return "", nil, fmt.Errorf("ends inside its header")
		}
		at, n = 12, int(binary.LittleEndian.Uint32(raw[8:]))
	}
	if n > len(raw)-at {
		return "", nil, fmt.Errorf("header of %d bytes in a file of %d: the file is cut short", n, len(raw))
	}
	return string(raw[at : at+n]), raw[at+n:], nil
}

// NPYHeader is what the header of an .npy file says: the Python dictionary {'descr': '<f4',
// 'fortran_order': False, 'shape': (2, 3), }.
type NPYHeader struct {
	Descr   string // of the type, as NumPy writes it
	Fortran bool   // columns first
	Shape   []int  // not negative
}

var npyDescr, npyOrder, npyShape = regexp.MustCompile(`'descr'\s*:\s*'([^']*)'`), regexp.MustCompile(`'fortran_order'\s*:\s*(True|False)`), regexp.MustCompile(`'shape'\s*:\s*\(([^)]*)\)`)

// ParseNPYHeader reads a header's text.
func ParseNPYHeader(text string) (NPYHeader, error) {
	descr, order, shape := npyDescr.FindStringSubmatch(text), npyOrder.FindStringSubmatch(text), npyShape.FindStringSubmatch(text)
	if descr == nil || order == nil || shape == nil {
		return NPYHeader{}, fmt.Errorf("header %.80q lacks one of 'descr' (a plain type), 'fortran_order' and 'shape'", text)
	}
	h := NPYHeader{Descr: descr[1], Fortran: order[1] == "True"}
	for s := range strings.SplitSeq(shape[1], ",") {
		if s = strings.TrimSuffix(strings.TrimSpace(s), "L"); s == "" { // L: as Python 2 wrote large ones
			continue
		}
		v, err := strconv.ParseUint(s, 10, 48)
		if err != nil {
			return NPYHeader{}, fmt.Errorf("shape (%s) is not a list of sizes", shape[1])
		}
		h.Shape = append(h.Shape, int(v))
	}
	return h, nil
}

type npyHeader struct {
	dtype   dtype
	big     bool
	fortran bool
	shape   []int
}

// unknownDescr is NumPy's name of a type that is not read: texts, objects, complex numbers.
type unknownDescr string

func (d unknownDescr) Error() string {
	return fmt.Sprintf("dtype %q is not supported (f2, f4, f8, i1 to i8, u1 and b1 are; convert with numpy's astype)", string(d))
}

// parseNPYHeader reads a header of numbers that a [Tensor] can hold.
func parseNPYHeader(text string) (npyHeader, error) {
	said, err := ParseNPYHeader(text)
	if err != nil {
		return npyHeader{}, err
	}
	names := map[string]string{
		"f2": "F16", "f4": "F32", "f8": "F64", "i1": "I8", "i2": "I16", "i4": "I32", "i8": "I64", "u1": "U8", "b1": "BOOL",
	}
	d, ok := lookupDType(names[strings.TrimLeft(said.Descr, "<>|")])
	if !ok {
		return npyHeader{}, unknownDescr(said.Descr)
	}
	return npyHeader{dtype: d, big: said.Descr[0] == '>', fortran: said.Fortran, shape: said.Shape}, nil
}

// rowMajor reorders column-major values.
func (t Tensor) rowMajor() Tensor {
	out := Tensor{Name: t.Name, Shape: t.Shape}
	from := make([]int, t.Len())
	index := make([]int, len(t.Shape))
	for i := range from {
		at, stride := 0, 1
		for d, x := range index {
			at += x * stride
			stride *= t.Shape[d]
		}
		from[i] = at
		for d := len(index) - 1; d >= 0; d-- {
			if index[d]++; index[d] < t.Shape[d] {
				break
			}
			index[d] = 0
		}
	}
	out.F32, out.F64, out.I64 = pick(t.F32, from), pick(t.F64, from), pick(t.I64, from)
	return out
}

func pick[T any](v []T, from []int) []T {
	if v == nil {
		return nil
	}
	out := make([]T, len(v))
	for i, j := range from {
		out[i] = v[j]
	}
	return out
}

// WriteNPY writes a tensor as a NumPy .npy file (format 1.0, C order), atomically.
func WriteNPY(path string, t Tensor) error {
	b, err := encodeNPY(t)
	if err == nil {
		err = durable.WriteFile(path, b)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func encodeNPY(t Tensor) ([]byte, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	name, _ := t.dtypeName()
	descr := map[string]string{"F32": "<f4", "F64": "<f8", "I64": "<i8"}[name]
	var shape strings.Builder
	for _, s := range t.Shape {
		fmt.Fprintf(&shape, "%d, ", s)
	}
	head := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", descr, strings.TrimSuffix(shape.String(), " "))
	pad := 63 - (len(npyMagic)+4+len(head))%64 // the data start at a multiple of 64
	head += strings.Repeat(" ", pad) + "\n"
	var b bytes.Buffer
	b.WriteString(npyMagic + "\x01\x00")
	_ = binary.Write(&b, binary.LittleEndian, uint16(len(head)))
	b.WriteString(head)
	return t.appendValues(b.Bytes()), nil
}

package files

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"

	"protobench/internal/pickle"
	"protobench/internal/tensorfile"
)

const npyMagic = "\x93NUMPY"

// readNPY reads a NumPy array of numbers (format 1.0 to 3.0). warranted is the most bytes that the
// file on the disk can hold of it; many that are stored plain are mapped. Objects are never read: they are pickles of anything.
func readNPY(r io.Reader, s stored, name string, warranted float64) (*Array, error) {
	b := bufio.NewReaderSize(r, 1<<16)
	start, _ := b.Peek(64)
	if len(start) < 10 || string(start[:6]) != npyMagic {
		return nil, fmt.Errorf("%s: begins with %s, expected a NumPy array; save it with numpy.save", name, LooksLike(start))
	}
	a, length, err := npyHead(b, name, start[6])
	if err != nil {
		return nil, err
	}
	want := Product(a.Shape...) * float64(a.Size)
	if want > warranted {
		return nil, fmt.Errorf("%s: shape %v of %s is %s, of which the file can hold %s at most: it is cut short; save it again", name, a.Shape, a.typeName(), BytesText(want), BytesText(warranted))
	}
	if s.worthMapping(want) {
		return a, a.mapBody(s, length, int64(want))
	}
	if text := TooLarge(want); text != "" {
		return nil, fmt.Errorf("%s: shape %v of %s %s; save it as uint8, or use a machine with more memory", name, a.Shape, a.typeName(), text)
	}
	a.Data = make([]byte, int64(want))
	if n, err := io.ReadFull(b, a.Data); err != nil && len(a.Data) > 0 {
		return nil, fmt.Errorf("%s: found %d of the %d bytes of shape %v of %s (%w); save it again", name, n, len(a.Data), a.Shape, a.typeName(), err)
	}
	if n, err := io.ReadFull(b, make([]byte, 1)); n > 0 || err != io.EOF {
		return nil, fmt.Errorf("%s: does not end after the %d bytes of shape %v of %s (%w); save it again", name, len(a.Data), a.Shape, a.typeName(), err)
	}
	return a, nil
}

// npyHead reads the header up to the data, and says how long it is.
func npyHead(b *bufio.Reader, name string, major byte) (a *Array, length int64, err error) {
	prefix := make([]byte, 10)
	if major > 1 {
		prefix = make([]byte, 12)
	}
	if _, err := io.ReadFull(b, prefix); err != nil || major == 0 || major > 3 {
		return nil, 0, fmt.Errorf("%s: NumPy format %d, expected 1 to 3; save it again", name, major)
	}
	n := int(binary.LittleEndian.Uint16(prefix[8:]))
	if major > 1 {
		n = int(binary.LittleEndian.Uint32(prefix[8:]))
	}
	const most = 1 << 16
	if n > most {
		return nil, 0, fmt.Errorf("%s: a header of %d bytes, expected %d at most: damaged, or no plain array; save it again", name, n, most)
	}
	text := make([]byte, n)
	if got, err := io.ReadFull(b, text); err != nil {
		return nil, 0, fmt.Errorf("%s: header: found %d of %d bytes; save it again", name, got, n)
	}
	a, err = parseNPY(string(text), name)
	return a, int64(len(prefix) + n), err
}

// parseNPY reads the header's text.
func parseNPY(text, name string) (*Array, error) {
	h, err := tensorfile.ParseNPYHeader(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w; save a plain array again", name, err)
	}
	d, err := pickle.ParseDType(h.Descr)
	if err != nil {
		return nil, fmt.Errorf("%s: %w; save plain numbers", name, err)
	}
	a := &Array{Name: name, Kind: d.Kind, Size: d.Size, Big: d.Big, Shape: h.Shape, fortran: h.Fortran}
	if !a.plain() {
		return nil, fmt.Errorf("%s: type %s is not read; save it as uint8 (images) or int64 (labels)", name, d)
	}
	return a, nil
}

// plain reports whether the numbers are of a type that is read.
func (a *Array) plain() bool {
	switch a.Kind {
	case 'b':
		return a.Size == 1
	case 'i', 'u':
		return a.Size == 1 || a.Size == 2 || a.Size == 4 || a.Size == 8
	case 'f':
		return a.Size == 2 || a.Size == 4 || a.Size == 8
	}
	return false
}

package files

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Inflation is the most that deflate shrinks data by: a compressed file warrants no more bytes than
// that.
const Inflation = 1032

// OpenIDX reads an IDX file with one of the given numbers of dimensions, plain or compressed with
// gzip.
func OpenIDX(p *Location, name string, dims ...int) (*Array, error) {
	f, size, err := p.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readIDX(f, p.Full(name), size, dims...)
}

// readIDX reads an IDX stream of size bytes as they are stored: two zero bytes, the type (8:
// unsigned byte), the number of dimensions, each dimension as a big-endian 32-bit integer, and the
// values, big-endian, the last dimension fastest. Compression is told by content, not by name.
// Every error names the file. Memory is asked for once, and for no more than so many stored bytes
// can hold; many plain ones are mapped.
func readIDX(r io.Reader, file string, size int64, dims ...int) (*Array, error) {
	plain, packed, err := decompress(r)
	if err != nil {
		return nil, fmt.Errorf("%s: damaged gzip data (%w); fetch the file again", file, err)
	}
	a := &Array{Name: file, Big: true}
	if err := a.idxHeader(plain, dims); err != nil {
		return nil, err
	}
	warranted := float64(size)
	if packed {
		warranted *= Inflation
	} else if s, n := storedIn(r, size), Product(a.Shape...)*float64(a.Size); s.worthMapping(n) && n <= warranted {
		if err := a.mapBody(s, int64(4+4*len(a.Shape)), int64(n)); err != nil {
			return nil, err
		}
		return a, nil
	}
	if err := a.idxBody(plain, warranted); err != nil {
		return nil, err
	}
	return a, nil
}

func decompress(r io.Reader) (plain *bufio.Reader, packed bool, err error) {
	const buffer = 1 << 16
	b := bufio.NewReaderSize(r, buffer)
	if magic, _ := b.Peek(2); !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return b, false, nil
	}
	z, err := gzip.NewReader(b)
	if err != nil {
		return nil, true, err
	}
	return bufio.NewReaderSize(z, buffer), true, nil
}

// idxType is a type of values by its code in the header.
func idxType(code byte) (kind byte, size int, ok bool) {
	switch code {
	case 0x08:
		return 'u', 1, true
	case 0x09:
		return 'i', 1, true
	case 0x0b:
		return 'i', 2, true
	case 0x0c:
		return 'i', 4, true
	case 0x0d:
		return 'f', 4, true
	case 0x0e:
		return 'f', 8, true
	}
	return 0, 0, false
}

func (a *Array) idxHeader(r *bufio.Reader, dims []int) error {
	start, _ := r.Peek(64)
	start = bytes.Clone(start)
	magic := make([]byte, 4)
	n, err := io.ReadFull(r, magic)
	if err != nil {
		return a.short("header", int64(n), int64(4+4*dims[0]), err)
	}
	var ok bool
	if a.Kind, a.Size, ok = idxType(magic[2]); magic[0] != 0 || magic[1] != 0 || !ok {
		return fmt.Errorf("%s: begins with magic number %#08x (%s), expected %#08x (IDX, unsigned bytes, %d dimensions); fetch the file again",
			a.Name, binary.BigEndian.Uint32(magic), LooksLike(start), 0x0800+dims[0], dims[0])
	}
	if !slices.Contains(dims, int(magic[3])) {
		return fmt.Errorf("%s: magic number %#08x is IDX with %s of %s, expected %#08x (%s of unsigned bytes); is it another file under this name?",
			a.Name, binary.BigEndian.Uint32(magic), dimensions(int(magic[3])), a.typeName(), 0x0800+dims[0], dimensions(dims[0]))
	}
	sizes := make([]byte, 4*int(magic[3]))
	if n, err := io.ReadFull(r, sizes); err != nil {
		return a.short("header", int64(4+n), int64(4+len(sizes)), err)
	}
	for ; len(sizes) > 0; sizes = sizes[4:] {
		a.Shape = append(a.Shape, int(binary.BigEndian.Uint32(sizes)))
	}
	return nil
}

func dimensions(n int) string {
	if n == 1 {
		return "1 dimension"
	}
	return fmt.Sprintf("%d dimensions", n)
}

// idxBody reads the values: exactly as many as the header says.
func (a *Array) idxBody(r io.Reader, warranted float64) error {
	promised := Product(a.Shape...) * float64(a.Size)
	if promised > max(warranted, 1)*2 && promised > 1<<31 { // too much to go on as if the file were cut short
		return fmt.Errorf("%s: header promises values of shape %v, %s, of which so small a file can hold %s at most; the header is damaged, fetch the file again",
			a.Name, a.Shape, BytesText(promised), BytesText(warranted))
	}
	if text := TooLarge(promised); text != "" {
		return fmt.Errorf("%s: shape %v of %s %s; use a machine with more memory", a.Name, a.Shape, a.typeName(), text)
	}
	want := int64(promised)
	a.Data = make([]byte, int64(min(promised, warranted)))
	n, err := io.ReadFull(r, a.Data)
	if int64(n) < want {
		return a.short(fmt.Sprintf("values of shape %v", a.Shape), int64(n), want, err)
	}
	switch _, err := io.ReadFull(r, make([]byte, 1)); { // also reads gzip's checksum
	case err == nil:
		return fmt.Errorf("%s: more bytes than the %d that its header's shape %v asks for; fetch the file again", a.Name, want, a.Shape)
	case !errors.Is(err, io.EOF):
		return fmt.Errorf("%s: damaged gzip data (%w); fetch the file again", a.Name, err)
	}
	return nil
}

// short is the error of a file that ends, or whose compressed data breaks, before all of a part was
// read.
func (a *Array) short(part string, got, want int64, err error) error {
	cause := "ends early"
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		cause = err.Error()
	}
	return fmt.Errorf("%s: %s: found %d of %d bytes (%s); fetch the file again", a.Name, part, got, want, cause)
}

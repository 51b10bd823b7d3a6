package datasets

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// idxLimit is the most that one IDX file may hold, in bytes.
const idxLimit = 1 << 31

// idx is the content of one IDX file of unsigned bytes.
type idx struct {
	file  string
	shape []int
	data  []byte
}

// openIDX reads an IDX file with the given number of dimensions, plain or compressed with gzip.
func openIDX(path string, dims int) (*idx, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readIDX(f, path, dims)
}

// readIDX reads an IDX stream: two zero bytes, the type (8: unsigned byte), the number of dimensions, each dimension
// as a big-endian 32-bit integer, and the values, the last dimension fastest. Compression is told by content, not by
// name. Every error names the file.
func readIDX(r io.Reader, file string, dims int) (*idx, error) {
	plain, err := decompress(r)
	if err != nil {
		return nil, fmt.Errorf("%s: damaged gzip data (%w); fetch the file again", file, err)
	}
	x := &idx{file: file}
	if err := x.header(plain, dims); err != nil {
		return nil, err
	}
	if err := x.body(plain); err != nil {
		return nil, err
	}
	return x, nil
}

func decompress(r io.Reader) (io.Reader, error) {
	b := bufio.NewReader(r)
	if magic, _ := b.Peek(2); !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return b, nil
	}
	return gzip.NewReader(b)
}

func (x *idx) header(r io.Reader, dims int) error {
	head := make([]byte, 4+4*dims)
	n, err := io.ReadFull(r, head)
	if want := uint32(0x0800 + dims); n >= 4 && binary.BigEndian.Uint32(head) != want {
		return fmt.Errorf("%s: magic number %#08x, expected %#08x (IDX, unsigned bytes, %d dimensions); is it another file under this name?",
			x.file, binary.BigEndian.Uint32(head), want, dims)
	}
	if err != nil {
		return x.short("header", int64(n), int64(len(head)), err)
	}
	for d := range dims {
		x.shape = append(x.shape, int(binary.BigEndian.Uint32(head[4+4*d:])))
	}
	return nil
}

// body reads the values: exactly as many as the header says. Memory grows with what is there, not with what the
// header claims.
func (x *idx) body(r io.Reader) error {
	want := int64(1)
	for _, d := range x.shape {
		if want *= int64(d); want > idxLimit {
			return fmt.Errorf("%s: header says %v values, more than the %d bytes that are supported; the header is damaged or the set needs another reader",
				x.file, x.shape, int64(idxLimit))
		}
	}
	var b bytes.Buffer
	b.Grow(int(min(want+1, 1<<20)))
	n, err := io.Copy(&b, io.LimitReader(r, want+1))
	switch {
	case n < want:
		return x.short(fmt.Sprintf("values of shape %v", x.shape), n, want, err)
	case n > want:
		return fmt.Errorf("%s: more bytes than the %d that its header's shape %v asks for; fetch the file again", x.file, want, x.shape)
	case err != nil:
		return fmt.Errorf("%s: damaged gzip data (%w); fetch the file again", x.file, err)
	}
	x.data = b.Bytes()
	return nil
}

// short is the error of a file that ends, or whose compressed data breaks, before all of a part was read.
func (x *idx) short(part string, got, want int64, err error) error {
	cause := "ends early"
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		cause = err.Error()
	}
	return fmt.Errorf("%s: %s: found %d of %d bytes (%s); fetch the file again", x.file, part, got, want, cause)
}

package tensorfile

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
)

// maxHeader is the format's own limit on the header, 100 MB.
const maxHeader = 100_000_000

// ReadSafetensors reads a safetensors file. F32, F16 and BF16 come as F32, F64 as F64,
// integers and truth values as I64; tensors are in the order of their data.
func ReadSafetensors(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return DecodeSafetensors(path, f, info.Size())
}

// DecodeSafetensors reads size bytes in safetensors format; name stands in errors.
// The layout is the public one: the header's length as 8 little-endian bytes, the
// header as a JSON object, the data without holes.
func DecodeSafetensors(name string, r io.ReaderAt, size int64) (*File, error) {
	h, start, err := layout(name, r, size)
	if err != nil {
		return nil, err
	}
	f := &File{Metadata: h.metadata}
	for _, e := range h.entries {
		t, err := e.load(r, start)
		if err != nil {
			return nil, fmt.Errorf("%s: tensor %q: %w", name, e.name, err)
		}
		f.Tensors = append(f.Tensors, t)
	}
	return f, nil
}

// layout reads and checks the header, and says where the data start.
func layout(name string, r io.ReaderAt, size int64) (h header, start int64, err error) {
	raw, err := readHeader(r, size)
	if err != nil {
		return h, 0, fmt.Errorf("%s: %w", name, err)
	}
	if h, err = parseHeader(raw); err != nil {
		return h, 0, fmt.Errorf("%s: header: %w", name, err)
	}
	start = 8 + int64(len(raw))
	if err := h.checkLayout(size - start); err != nil {
		return h, 0, fmt.Errorf("%s: %w", name, err)
	}
	return h, start, nil
}

// readHeader returns the JSON bytes, after checking their length against the file's.
func readHeader(r io.ReaderAt, size int64) ([]byte, error) {
	if size < 8 {
		return nil, fmt.Errorf("%d bytes long, too short for safetensors (at least 8)", size)
	}
	var raw [8]byte
	if err := readFull(r, raw[:], 0); err != nil {
		return nil, err
	}
	n := binary.LittleEndian.Uint64(raw[:])
	if n > maxHeader {
		return nil, fmt.Errorf("header of %d bytes exceeds safetensors' limit of %d; not a safetensors file?", n, maxHeader)
	}
	if int64(n) > size-8 {
		return nil, fmt.Errorf("header of %d bytes in a file of %d: the file is cut short or not safetensors", n, size)
	}
	header := make([]byte, n)
	return header, readFull(r, header, 8)
}

// readFull fills b from offset at; a file that ends first is an error.
func readFull(r io.ReaderAt, b []byte, at int64) error {
	n, err := r.ReadAt(b, at)
	if n == len(b) {
		return nil
	}
	if err == nil || err == io.EOF {
		return fmt.Errorf("ends after %d of %d bytes at offset %d", n, len(b), at)
	}
	return err
}

// load reads one tensor's data, which starts at begin after start.
func (e entry) load(r io.ReaderAt, start int64) (Tensor, error) {
	if !e.known() {
		return Tensor{}, fmt.Errorf("dtype %q is not supported (%s are); save it as float32", e.dtype.name, dtypeNames())
	}
	raw := make([]byte, e.end-e.begin)
	if err := readFull(r, raw, start+e.begin); err != nil {
		return Tensor{}, err
	}
	t := Tensor{Name: e.name, Shape: e.shape}
	e.dtype.read(&t, raw, e.count)
	return t, nil
}

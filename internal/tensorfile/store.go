package tensorfile

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Store is the bytes that arrays lie in: an [io.SectionReader] of a file, or a [bytes.Reader].
type Store interface {
	io.ReaderAt
	Size() int64
}

// windowBytes is how much of a store is held at once: small beside any checkpoint, large beside a
// disk's block. It is a multiple of every element's size.
const windowBytes = 1 << 18

// window gives a store's elements one by one and reads them in pieces.
type window struct {
	store Store
	size  int // of an element
	big   bool
	buf   []byte
	first int64 // byte of the store at which buf begins
}

// element returns the bytes of element i, little-endian, until the next call.
func (w *window) element(i int) ([]byte, error) {
	at := int64(i) * int64(w.size)
	if at < w.first || at+int64(w.size) > w.first+int64(len(w.buf)) {
		if err := w.fill(at); err != nil {
			return nil, err
		}
	}
	return w.buf[at-w.first:][:w.size], nil
}

func (w *window) fill(at int64) error {
	n := min(windowBytes, w.store.Size()-at)
	n -= n % int64(w.size)
	if int64(cap(w.buf)) < n {
		w.buf = make([]byte, n)
	}
	w.buf, w.first = w.buf[:n], at
	if err := readFull(w.store, w.buf, at); err != nil {
		return err
	}
	if w.big {
		for i := 0; i < len(w.buf); i += w.size {
			slices.Reverse(w.buf[i : i+w.size])
		}
	}
	return nil
}

const (
	// dense is how many times its size a compressed entry may expand.
	dense = 100
	// densest is how many times its size anything can expand that is compressed by this method.
	densest = 1032
	// anyway is how far an entry may expand whatever it is: equal rows compress a thousandfold, and
	// collapsed prototypes are such.
	anyway = 256 << 20
)

// EntryStore is an entry of a ZIP archive. What is stored is read where it lies;
// what is compressed, from its start whenever something is asked for that lies before what was
// read last.
func EntryStore(s Store, f *zip.File) (Store, error) {
	size, packed := f.UncompressedSize64, min(f.CompressedSize64, uint64(s.Size()))
	switch {
	case f.Method == zip.Store:
		at, err := f.DataOffset()
		if err != nil {
			return nil, fmt.Errorf("entry %q: %w", f.Name, err)
		}
		return io.NewSectionReader(s, at, int64(min(size, packed))), nil
	case size > anyway && size/dense > packed, size/densest > packed:
		return nil, fmt.Errorf("entry %q: %d bytes would expand to %d: no array of numbers does", f.Name, packed, size)
	}
	return &inflated{entry: f}, nil
}

// inflated is a compressed entry.
type inflated struct {
	entry *zip.File
	from  io.ReadCloser // nil before the first read
	at    int64         // what from gives next
}

// Size implements Store.
func (s *inflated) Size() int64 { return int64(s.entry.UncompressedSize64) }

// ReadAt implements io.ReaderAt for one reader at a time.
func (s *inflated) ReadAt(b []byte, at int64) (int, error) {
	if s.from == nil || at < s.at {
		if s.from != nil {
			_ = s.from.Close() // what was read so far was sound
		}
		from, err := s.entry.Open()
		if err != nil {
			return 0, err
		}
		s.from, s.at = from, 0
	}
	n, err := io.CopyN(io.Discard, s.from, at-s.at)
	s.at += n
	if err != nil {
		return 0, err
	}
	read, err := io.ReadFull(s.from, b)
	s.at += int64(read)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	return read, err
}

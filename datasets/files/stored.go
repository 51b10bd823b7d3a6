package files

import (
	"fmt"
	"io"
	"os"
	"slices"
)

// mapFrom is the size in bytes from which numbers that lie plain in a file are mapped into memory
// instead of read: a set of them may be larger than memory is.
const mapFrom = 64 << 20

// stored is where the bytes of a stream lie as they are: in a file, from an offset to another. The
// zero value is nowhere: they are packed, or no file's.
type stored struct {
	file     *os.File
	from, to int64
}

// storedIn is where the bytes of a stream lie that begins where a file does.
func storedIn(r io.Reader, size int64) stored {
	f, _ := r.(*os.File)
	return stored{f, 0, size}
}

// worthMapping reports whether n bytes of the stream are to be mapped.
func (s stored) worthMapping(n float64) bool { return s.file != nil && n >= mapFrom }

// mapBody maps all of a stream from a place of it on as an array's numbers, which are n bytes.
func (a *Array) mapBody(s stored, at, n int64) error {
	if left := s.to - s.from - at; left != n {
		return fmt.Errorf("%s: found %d of %d bytes of shape %v of %s; fetch the file again", a.Name, left, n, a.Shape, a.typeName())
	}
	all, err := MapFile(s.file, int(s.to))
	if err != nil {
		return fmt.Errorf("%s: cannot be mapped into memory (%w)", a.Name, err)
	}
	a.Data, a.mapped = all[s.from+at:], true
	return nil
}

// Own copies an array's numbers into memory where they are mapped from a file, so that they can be
// changed.
func (a *Array) Own() error {
	if !a.mapped {
		return nil
	}
	if text := TooLarge(float64(len(a.Data))); text != "" {
		return fmt.Errorf("%s: to reorder shape %v of %s %s; use a machine with more memory", a.Name, a.Shape, a.typeName(), text)
	}
	a.Data, a.mapped = slices.Clone(a.Data), false
	return nil
}

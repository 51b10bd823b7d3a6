//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package files

import (
	"fmt"
	"io"
	"os"
)

// MapFile reads a file's first n bytes: this system has no mapping that is used here.
func MapFile(f *os.File, n int) ([]byte, error) {
	if text := TooLarge(float64(n)); text != "" {
		return nil, fmt.Errorf("%s: %s", f.Name(), text)
	}
	b := make([]byte, n)
	_, err := io.ReadFull(io.NewSectionReader(f, 0, int64(n)), b)
	return b, err
}

//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package encoded

import (
	"fmt"
	"io"
	"os"

	"protobench/datasets/files"
)

// mapFile reads a file's first n bytes: this system has no mapping that is used here.
func mapFile(f *os.File, n int) ([]byte, error) {
	if text := files.TooLarge(float64(n)); text != "" {
		return nil, fmt.Errorf("%s: %s", f.Name(), text)
	}
	b := make([]byte, n)
	_, err := io.ReadFull(io.NewSectionReader(f, 0, int64(n)), b)
	return b, err
}

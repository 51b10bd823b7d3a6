//go:build unix

package cli

import (
	"os"

	"golang.org/x/sys/unix"
)

// columnsOf is the width of the terminal that a file is; 0 where it is none.
func columnsOf(f *os.File) int {
	size, err := unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ) //nolint:gosec // a file descriptor is small
	if err != nil {
		return 0
	}
	return int(size.Col)
}

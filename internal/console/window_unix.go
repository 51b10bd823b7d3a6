//go:build unix

package console

import "golang.org/x/sys/unix"

// windowWidth is the number of columns of a terminal; 0 for anything else.
func windowWidth(fd uintptr) int {
	size, err := unix.IoctlGetWinsize(int(fd), unix.TIOCGWINSZ)
	if err != nil {
		return 0
	}
	return int(size.Col)
}

//go:build unix

package bench

import (
	"runtime"
	"syscall"
)

// peakResident is the largest resident set of this process so far, in bytes; 0 where the system
// does not tell.
func peakResident() int64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		return int64(u.Maxrss)
	}
	return int64(u.Maxrss) * 1024
}

package budget

import (
	"bytes"
	"os"
	"strconv"
	"syscall"
)

// addressLimit is what is left of the limit on the process's addresses; 0 where there is none.
func addressLimit() int64 {
	const unlimited = 1 << 60
	var r syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_AS, &r); err != nil || r.Cur >= unlimited {
		return 0
	}
	text, err := os.ReadFile("/proc/self/statm") // pages: the whole size, …
	if err != nil {
		return int64(r.Cur)
	}
	pages, _ := strconv.ParseInt(string(bytes.Fields(text)[0]), 10, 64) // 0 where it is no number
	return max(1, int64(r.Cur)-pages*int64(os.Getpagesize()))
}

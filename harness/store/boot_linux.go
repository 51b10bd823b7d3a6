package store

import (
	"os"
	"strings"
)

// bootID names this start of the kernel. Containers of one host have it in common, as they have the
// kernel's locks.
func bootID() string {
	b, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

package budget

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// groupFiles are what one version of control groups calls its limits, what is in use, and the part
// of that which the kernel takes back before it kills anybody: files in its cache.
type groupFiles struct {
	limits []string
	usage  string
	cache  []string // keys of memory.stat
}

// groupLeft is the least that the process's control groups and those above them have left, of either
// version; 0 where none has a limit.
func groupLeft(root string) (least int64) {
	text, err := os.ReadFile(filepath.Join(root, "proc/self/cgroup"))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) != 3 {
			continue
		}
		base, files := "sys/fs/cgroup", groupFiles{[]string{"memory.max", "memory.high"}, "memory.current", []string{"inactive_file", "active_file"}}
		if parts[0] != "0" {
			if !strings.Contains(","+parts[1]+",", ",memory,") {
				continue
			}
			base, files = "sys/fs/cgroup/memory", groupFiles{[]string{"memory.limit_in_bytes"}, "memory.usage_in_bytes", []string{"total_inactive_file", "total_active_file"}}
		}
		for at := filepath.Clean("/" + parts[2]); ; at = filepath.Dir(at) {
			least = lesser(least, files.left(filepath.Join(root, base, at)))
			if at == "/" {
				break
			}
		}
	}
	return least
}

// left is what a group has left of its limit; 0 where it has none.
func (f groupFiles) left(group string) (least int64) {
	for _, name := range f.limits {
		least = lesser(least, bytesIn(filepath.Join(group, name)))
	}
	if least == 0 {
		return 0
	}
	return max(1, least-max(0, bytesIn(filepath.Join(group, f.usage))-f.cached(group)))
}

// lesser is the lesser of two limits, of which 0 is none; neither is b where it is below.
func lesser(a, b int64) int64 {
	if b > 0 && (a == 0 || b < a) {
		return b
	}
	return a
}

// cached is what a group has of files in the cache.
func (f groupFiles) cached(group string) (n int64) {
	text, err := os.ReadFile(filepath.Join(group, "memory.stat"))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		for _, wanted := range f.cache {
			if key == wanted {
				more, _ := strconv.ParseInt(value, 10, 64) // 0 where it is no number
				n += more
			}
		}
	}
	return n
}

// bytesIn reads a number of a control group; 0 where there is none, and where it is no limit, which
// older systems write as a number beyond all memory.
func bytesIn(path string) int64 {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	if err != nil || n > 1<<60 { // "max"
		return 0
	}
	return n
}

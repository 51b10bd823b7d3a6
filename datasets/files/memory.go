package files

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
)

// unknownMemory is what is taken to be there where the system does not say, in bytes.
const unknownMemory = 1 << 40

// room returns the memory that this process can still take, in bytes: what the system has left, or
// what its control group allows, whichever is less.
func room() float64 {
	free := math.Inf(1)
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		free = min(free, meminfo(string(text)))
	}
	limit, err := os.ReadFile("/sys/fs/cgroup/memory.max")
	if used, e := os.ReadFile("/sys/fs/cgroup/memory.current"); err == nil && e == nil {
		free = min(free, number(string(limit))-number(string(used)))
	}
	if math.IsInf(free, 1) || math.IsNaN(free) {
		return unknownMemory
	}
	return max(free, 0)
}

// meminfo reads the line "MemAvailable: 123 kB".
func meminfo(text string) float64 {
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, "MemAvailable:"); ok {
			return 1024 * number(strings.TrimSuffix(strings.TrimSpace(rest), " kB"))
		}
	}
	return math.Inf(1)
}

// number reads a count; what is none ("max") is no bound.
func number(text string) float64 {
	v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil {
		return math.Inf(1)
	}
	return v
}

// TooLarge says in one sentence that bytes do not fit into memory; "" where they do. It is asked
// before anything of a size that a file or a setting names is allocated.
func TooLarge(bytes float64) string {
	if free := room(); bytes > free {
		return fmt.Sprintf("needs %s of memory where %s are free", BytesText(bytes), BytesText(free))
	}
	return ""
}

// BytesText writes a number of bytes for people.
func BytesText(n float64) string {
	const step = 1024
	units := []string{"bytes", "KiB", "MiB", "GiB", "TiB", "PiB"}
	i := 0
	for n >= step && i < len(units)-1 {
		n /= step
		i++
	}
	return strconv.FormatFloat(n, 'f', min(i, 1), 64) + " " + units[i]
}

// Product multiplies sizes as a float, which no size overflows.
func Product(sizes ...int) float64 {
	n := 1.0
	for _, s := range sizes {
		n *= float64(s)
	}
	return n
}

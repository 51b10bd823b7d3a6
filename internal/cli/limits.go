package cli

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// atATime is a number of cells, 0 for auto.
type atATime int

// UnmarshalText reads -j.
func (a *atATime) UnmarshalText(text []byte) error {
	if string(text) == "auto" {
		*a = 0
		return nil
	}
	n, err := strconv.Atoi(string(text))
	if err != nil || n < 1 {
		return fmt.Errorf("-j %s: expected at least 1, or auto", text)
	}
	*a = atATime(n)
	return nil
}

// interval is a time above zero.
type interval time.Duration

// UnmarshalText reads --checkpoint.
func (i *interval) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	if err != nil || d <= 0 {
		return fmt.Errorf("%s: expected a time above zero, such as 30s", text)
	}
	*i = interval(d)
	return nil
}

// byteSize is a number of bytes; 0 where none is said.
type byteSize int64

// UnmarshalText reads a size with its unit: powers of 1000 (kB, MB, GB, TB) or of 1024 (KiB, MiB,
// GiB, TiB); K, M, G and T mean the latter, as Slurm has it.
func (b *byteSize) UnmarshalText(text []byte) error {
	s := strings.TrimSpace(string(text))
	at := strings.LastIndexAny(s, "0123456789.") + 1
	n, err := strconv.ParseFloat(s[:at], 64)
	unit, known := sizeUnits()[strings.ToLower(strings.TrimSpace(s[at:]))]
	if bytes := n * unit; err == nil && known && bytes >= 1 && bytes < math.MaxInt64 {
		*b = byteSize(bytes)
		return nil
	}
	return fmt.Errorf("%q is no size; write e.g. 4GB or 512MiB", s)
}

func sizeUnits() map[string]float64 {
	units := map[string]float64{"": 1, "b": 1}
	for i, letter := range []string{"k", "m", "g", "t"} {
		units[letter+"b"] = math.Pow(1000, float64(i+1))
		units[letter], units[letter+"ib"] = math.Pow(1024, float64(i+1)), math.Pow(1024, float64(i+1))
	}
	return units
}

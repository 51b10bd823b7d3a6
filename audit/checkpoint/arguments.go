package checkpoint

import (
	"maps"
	"slices"
	"strings"
)

// Argument is a number among the arguments that a file holds.
func (f *File) Argument(name string) (float64, bool) {
	for _, key := range slices.Sorted(maps.Keys(f.Facts)) {
		if key[strings.LastIndexByte(key, '.')+1:] != name {
			continue
		}
		switch v := f.Facts[key].(type) {
		case float64:
			return v, true
		case int64:
			return float64(v), true
		}
	}
	return 0, false
}

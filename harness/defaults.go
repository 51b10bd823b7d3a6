package harness

import (
	"fmt"
	"strconv"
)

// Defaults returns the settings of a sweep that sets nothing.
func Defaults() Resolved {
	var r Resolved
	for _, k := range allKeys() {
		if m := k.set(&r, k.parseDefault()); m != nil {
			panic(fmt.Sprintf("harness: default of %s: %s, %s", k.Path, m.what, m.expected))
		}
	}
	return r
}

// parseDefault reads the default tag as the TOML value it stands for.
func (k Key) parseDefault() any {
	switch k.Type {
	case "integer":
		if n, err := strconv.ParseInt(k.Default, 10, 64); err == nil {
			return n
		}
	case "number":
		if f, err := strconv.ParseFloat(k.Default, 64); err == nil {
			return f
		}
	case "true/false":
		if b, err := strconv.ParseBool(k.Default); err == nil {
			return b
		}
	}
	return k.Default
}

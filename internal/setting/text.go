package setting

import (
	"fmt"
	"strconv"
	"strings"
)

// Literal writes a value of a key as TOML.
func Literal(v any) string {
	switch v := v.(type) {
	case string:
		return Quote(v)
	case int:
		return strconv.Itoa(v)
	case float64:
		return Decimal(v)
	case bool:
		return strconv.FormatBool(v)
	}
	panic(fmt.Sprintf("setting: no literal for %T", v))
}

// Decimal writes the shortest TOML float that parses back to the same number.
func Decimal(v float64) string {
	s := strconv.FormatFloat(v, 'g', -1, 64)
	if strings.ContainsAny(s, ".e") {
		return s
	}
	return s + ".0"
}

// Quote writes a TOML basic string.
func Quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < 0x20 || r == 0x7f:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// Describe names a TOML value and its type for messages.
func Describe(v any) string {
	switch x := v.(type) {
	case string:
		return fmt.Sprintf("the text %q", x)
	case int64:
		return fmt.Sprintf("the integer %d", x)
	case float64:
		return fmt.Sprintf("the number %v", x)
	case bool:
		return fmt.Sprintf("%v", x)
	case map[string]any, []map[string]any:
		return "a table"
	case []any:
		return "a list"
	}
	return fmt.Sprintf("%v", v)
}

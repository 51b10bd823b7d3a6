package harness

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Hash identifies a cell's numbers: SHA-256 over every key that it reads and
// that can change a number, the composition, the seed, the data's fingerprint
// and Numerics. Names, paths, logging and worker counts are no part of it.
func (c *Cell) Hash(fingerprint string) string {
	sum := sha256.Sum256([]byte(c.canonical(fingerprint)))
	return hex.EncodeToString(sum[:])
}

// canonical is the hashed text, a line per fact in sorted order.
func (c *Cell) canonical(fingerprint string) string {
	m := c.Composition
	facts := []string{
		fmt.Sprintf("reference=%q", c.Reference), fmt.Sprintf("objective=%q", m.Objective), fmt.Sprintf("learner=%q", m.Learner),
		fmt.Sprintf("regularizers=%q", m.Regularizers), fmt.Sprintf("embedding=%q", m.Embedding), fmt.Sprintf("observers=%q", m.Observers),
		fmt.Sprintf("seed=%d", c.Seed), "fingerprint=" + fingerprint, fmt.Sprintf("numerics=%d", Numerics),
	}
	defaults := Defaults()
	for _, k := range allKeys() {
		silent := k.onlySet && k.Get(&c.Settings) == k.Get(&defaults)
		if k.Hashed && c.Reads(k) && !silent {
			facts = append(facts, k.Path+"="+literal(k.Get(&c.Settings)))
		}
	}
	slices.Sort(facts)
	return strings.Join(facts, "\n")
}

// literal writes a value as TOML.
func literal(v any) string {
	switch v := v.(type) {
	case string:
		return quote(v)
	case int:
		return strconv.Itoa(v)
	case float64:
		return decimal(v)
	case bool:
		return strconv.FormatBool(v)
	}
	panic(fmt.Sprintf("harness: no literal for %T", v))
}

// decimal writes the shortest text that parses back to the same float.
func decimal(v float64) string {
	s := strconv.FormatFloat(v, 'g', -1, 64)
	if strings.ContainsAny(s, ".e") {
		return s
	}
	return s + ".0"
}

// quote writes a TOML basic string.
func quote(s string) string {
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

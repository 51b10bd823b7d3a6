package sweep

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"protobench/internal/setting"
)

// Numerics is the revision of everything that decides a number. It is raised by
// hand whenever a change alters results, so that old results are never taken
// for new ones: it is part of every cell's hash.
const Numerics = 5

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
	reads := c.reading()
	for _, k := range Schema().Keys() {
		silent := k.OnlySet && c.Settings.IsDefault(k.Path)
		if k.Hashed && reads(k) && !silent {
			facts = append(facts, k.Path+"="+setting.Literal(c.Settings.Get(k.Path)))
		}
	}
	slices.Sort(facts)
	return strings.Join(facts, "\n")
}

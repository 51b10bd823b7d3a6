package sweep

import (
	"fmt"
	"strings"
)

// FolderName is <method>__<axes>__s<seed>__<hash8>, safe on any file system.
func (c *Cell) FolderName(hash string) string {
	axes := make([]string, 0, len(c.Axes))
	for _, path := range sortedKeys(c.Axes) {
		axes = append(axes, fmt.Sprintf("%s=%v", path, c.Axes[path]))
	}
	if len(axes) == 0 {
		axes = []string{"base"}
	}
	return fmt.Sprintf("%s__%s__s%d__%s", safe(c.Composition.Name), safe(strings.Join(axes, ",")), c.Seed, hash[:8])
}

// safe keeps what every file system takes, and not too much of it: the hash tells apart what looks
// alike.
func safe(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("+-=.,_", r) {
			return r
		}
		return '-'
	}, s)
	return s[:min(len(s), 80)]
}

package sweep

import (
	"fmt"
	"strings"
)

// FolderName is <method>__<axes>__s<seed>__<hash8>, safe on any file system.
func (c *Cell) FolderName(hash string) string {
	return fmt.Sprintf("%s__s%d__%s", c.armFolder(), c.Seed, hash[:8])
}

// armFolder is what the folders of an arm's cells begin with.
func (c *Cell) armFolder() string {
	axes := make([]string, 0, len(c.Axes))
	for _, path := range sortedKeys(c.Axes) {
		axes = append(axes, fmt.Sprintf("%s=%v", path, c.Axes[path]))
	}
	if len(axes) == 0 {
		axes = []string{"base"}
	}
	return safe(c.Composition.Name) + "__" + safe(strings.Join(axes, ","))
}

// alikeFolders says which arms have folders that only their hashes tell apart, and where the sweep
// names them; cells have each arm once.
func (p *parser) alikeFolders(cells []Cell) (said []string) {
	first := map[string]*Cell{}
	for i := range cells {
		c := &cells[i]
		if c.Reference != "" {
			continue
		}
		name := c.armFolder()
		other, taken := first[name]
		if !taken {
			first[name] = c
			continue
		}
		said = append(said, fmt.Sprintf("%s:%d and %d: the folders of %s and %s are called alike, %s…: their hashes alone tell them apart; name them apart to find them",
			p.file, p.line(join(other.at, "name")), p.line(join(c.at, "name")), other.title(), c.title(), name))
	}
	return said
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

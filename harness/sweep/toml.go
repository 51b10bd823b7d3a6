package sweep

import (
	"fmt"
	"strings"

	"protobench/internal/setting"
)

// TOML writes a cell as a sweep file of its own, with every setting it reads,
// so that the file alone repeats the cell under the same hash.
func (c *Cell) TOML(sweep string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "name = %s\nseeds = [%d]\nreferences = %s\n", setting.Quote(sweep), c.Seed, c.referenceList())
	c.writeTables(&b)
	if c.Reference == "" {
		c.writeMethod(&b)
	}
	if len(c.Axes) > 0 {
		b.WriteString("\n[matrix]\n")
	}
	for _, path := range sortedKeys(c.Axes) {
		fmt.Fprintf(&b, "%s = [%s]\n", setting.Quote(path), setting.Literal(c.Axes[path]))
	}
	return b.String()
}

func (c *Cell) referenceList() string {
	if c.Reference == "" {
		return "false"
	}
	return "[" + setting.Quote(c.Reference) + "]"
}

// Named are the settings that the cell's config names, in the order of listings: those that it
// reads. Of keys that came later it names those that are set, and those that the preset of its
// augmentations would set.
func (c *Cell) Named() []setting.Key {
	var keys []setting.Key
	preset, reads := c.augmentPreset(), c.reading()
	for _, k := range Schema().Keys() {
		_, sets := preset[k.Path]
		if silent := k.Quiet && !sets && c.Settings.IsDefault(k.Path); reads(k) && !silent {
			keys = append(keys, k)
		}
	}
	return keys
}

func (c *Cell) writeTables(b *strings.Builder) {
	open := ""
	for _, k := range c.Named() {
		table, last := setting.Cut(k.Path)
		if table != open {
			fmt.Fprintf(b, "\n[%s]\n", table)
			open = table
		}
		fmt.Fprintf(b, "%s = %s\n", last, setting.Literal(c.Settings.Get(k.Path)))
	}
}

func (c *Cell) writeMethod(b *strings.Builder) {
	m := c.Composition
	if c.Form == Faithful { // its settings stand in the tables
		fmt.Fprintf(b, "\n# form: %s", c.Form)
	}
	fmt.Fprintf(b, "\n[[method]]\nname = %s\nobjective = %s\nlearner = %s\nregularizers = %s\nembedding = %s\nobservers = %s\n",
		setting.Quote(m.Name), setting.Quote(m.Objective), learnerLiteral(m.Learner), quotes(m.Regularizers), setting.Quote(m.Embedding), quotes(m.Observers))
}

func quotes(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = setting.Quote(n)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

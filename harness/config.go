package harness

import (
	"fmt"
	"strings"
)

// Config writes a cell as a sweep file of its own, with every setting it reads,
// so that the file alone repeats the cell under the same hash.
func (c *Cell) Config(sweep string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "name = %s\nseeds = [%d]\nreferences = %s\n", quote(sweep), c.Seed, c.referenceList())
	c.writeTables(&b)
	if c.Reference == "" {
		c.writeMethod(&b)
	}
	if len(c.Axes) > 0 {
		b.WriteString("\n[matrix]\n")
	}
	for _, path := range sortedKeys(c.Axes) {
		fmt.Fprintf(&b, "%s = [%s]\n", quote(path), literal(c.Axes[path]))
	}
	return b.String()
}

func (c *Cell) referenceList() string {
	if c.Reference == "" {
		return "false"
	}
	return "[" + quote(c.Reference) + "]"
}

func (c *Cell) writeTables(b *strings.Builder) {
	open := ""
	for _, k := range allKeys() {
		if !c.Reads(k) {
			continue
		}
		table, last := cutLast(k.Path)
		if table != open {
			fmt.Fprintf(b, "\n[%s]\n", table)
			open = table
		}
		fmt.Fprintf(b, "%s = %s\n", last, literal(k.Get(&c.Settings)))
	}
}

func (c *Cell) writeMethod(b *strings.Builder) {
	m := c.Composition
	if c.Form == faithful { // its settings stand in the tables
		fmt.Fprintf(b, "\n# form: %s", c.Form)
	}
	fmt.Fprintf(b, "\n[[method]]\nname = %s\nobjective = %s\nlearner = %s\nregularizers = %s\nembedding = %s\nobservers = %s\n",
		quote(m.Name), quote(m.Objective), learnerLiteral(m.Learner), quotes(m.Regularizers), quote(m.Embedding), quotes(m.Observers))
}

func quotes(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = quote(n)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

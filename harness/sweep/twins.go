package sweep

import (
	"cmp"
	"fmt"
	"strings"

	"protobench/internal/setting"
)

// warnOfTwins says which arms are one and the same under two names, or at some values of the axes:
// cells with one hash have the same numbers, whatever they are called.
func warnOfTwins(cells []Cell) {
	first := map[string]*Cell{}
	for i := range cells {
		c := &cells[i]
		if c.Reference != "" {
			continue
		}
		// without the data, where they lie stands for what they are
		hash := c.Hash(cmp.Or(c.Images.Fingerprint, c.Settings.Text("data.path")))
		if twin, ok := first[hash]; ok {
			c.Warnings = append(c.Warnings, setting.Warning{Key: "method", Text: fmt.Sprintf(
				"%s is %s in everything that decides a number: trained once, and not tested against each other", c.title(), twin.title())})
			continue
		}
		first[hash] = c
	}
}

// title is the cell's arm for people.
func (c *Cell) title() string {
	axes := make([]string, 0, len(c.Axes))
	for _, path := range sortedKeys(c.Axes) {
		axes = append(axes, path+" = "+setting.Literal(c.Axes[path]))
	}
	if len(axes) == 0 {
		return c.Composition.Name
	}
	return c.Composition.Name + " at " + strings.Join(axes, ", ")
}

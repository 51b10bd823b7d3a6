package sweep

import (
	"slices"

	"protobench/datasets/augment"
)

const augmentPreset = "augment.preset"

// startFromPreset gives the keys of [augment] that nothing sets the values of the cell's
// augment.preset, which by itself decides no number.
func (c *Cell) startFromPreset() {
	for path, value := range c.augmentPreset() {
		if _, axis := c.Axes[path]; !axis && !sets(c.written, path) {
			c.Settings.MustSet(path, value)
		}
	}
}

// augmentPreset is what the cell's augment.preset sets.
func (c *Cell) augmentPreset() map[string]any { return augment.Preset(c.Settings.Text(augmentPreset)) }

// presetAxis reports whether the cells of a method differ in their augment.preset.
func presetAxis(axes []axis) bool {
	return slices.ContainsFunc(axes, func(x axis) bool { return x.key.Path == augmentPreset })
}

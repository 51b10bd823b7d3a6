package sweep

import (
	"fmt"
	"slices"

	"protobench/internal/setting"
	"protobench/methods"
)

// Tables stand over presets, so that a setting written once holds for all arms; but what a preset
// sets is part of what its name says (a carl with blocks is a carp), so it is not changed without a
// word.

// changes lists what the tables change of a method's preset; what the method sets itself it says
// itself.
func changes(m method, preset map[string]any, base layer) []setting.Warning {
	own := Defaults()
	own.MustSetAll(preset)
	var out []setting.Warning
	for _, path := range sortedKeys(preset) {
		was, is := own.Get(path), m.settings.Get(path)
		if !sets(base.written, path) || sets(m.written, path) || was == is {
			continue
		}
		table, _ := setting.Cut(path)
		out = append(out, setting.Warning{Key: path, Text: fmt.Sprintf("preset %s sets %s = %s, and [%s] of the sweep changes it to %s; to be explicit, set it in the arm",
			m.preset, path, setting.Literal(was), table, setting.Literal(is))})
	}
	return out
}

// warnings are what a reader of the cell's numbers should know of its data and settings: classes
// that cannot be learned, changed presets, help that is not stated, and parts that its run is too
// short for.
func (c *Cell) warnings() []setting.Warning {
	out := slices.Clone(c.data)
	for _, w := range c.changed {
		if _, axis := c.Axes[w.Key]; !axis && c.Uses(key(w.Key)) {
			out = append(out, w)
		}
	}
	if c.Reference != "" {
		return out
	}
	return append(append(out, c.warnOfHelp()...), methods.Warnings(c.Config())...)
}

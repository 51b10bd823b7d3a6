package reports

import (
	"slices"
	"strings"

	"protobench/harness/store"
	"protobench/reports/table"
)

// labelArms names each arm by its method and the axes that vary in the sweep, shortly.
func (s *sweep) labelArms() {
	varying := s.varyingAxes()
	for _, a := range s.arms {
		a.label = a.cell.Method
		if suffix := placeText(a.cell, varying); suffix != "" {
			a.label += " (" + suffix + ")"
		}
	}
}

// varyingAxes returns the axes with more than one value, sorted.
func (s *sweep) varyingAxes() []string {
	values := map[string][]string{}
	var keys []string
	for _, a := range s.arms {
		for _, k := range a.cell.AxisKeys() {
			v := store.FormatAxis(a.cell.Axes[k])
			if !slices.Contains(values[k], v) {
				values[k] = append(values[k], v)
			}
			if len(values[k]) == 2 && !slices.Contains(keys, k) {
				keys = append(keys, k)
			}
		}
	}
	slices.Sort(keys)
	return keys
}

// placeText is what tells arms of one method apart: their place on the axes, and their form where it
// is the paper's.
func placeText(c store.Cell, axes []string) string {
	text := axesText(c, axes)
	switch {
	case c.Form == "":
		return text
	case text == "":
		return c.Form
	}
	return text + ", " + c.Form
}

// axesText writes an arm's place on the given axes: "T 0.2, K 512". Axes that the arm
// does not have, as it does not read them, are passed over.
func axesText(c store.Cell, axes []string) string {
	var parts []string
	for _, k := range axes {
		if v, ok := c.Axes[k]; ok {
			parts = append(parts, table.ShortKey(k)+" "+store.FormatAxis(v))
		}
	}
	return strings.Join(parts, ", ")
}

// position returns where a name stands in the list, appending it if need be.
func position(names *[]string, name string) int {
	if i := slices.Index(*names, name); i >= 0 {
		return i
	}
	*names = append(*names, name)
	return len(*names) - 1
}

package sweep

import (
	"fmt"
	"maps"
	"slices"

	"protobench/internal/setting"
)

// cells expands methods × axes and the reference rows, for one seed, and reports what no cell uses.
func (p *parser) cells(base layer, all []method, rows []string, axes []axis) []Cell {
	trained := make([][]Cell, len(all)) // by method
	for i, m := range all {
		start := Cell{Composition: m.composition, Form: m.form, Settings: m.settings, look: p.look, written: slices.Concat(base.written, m.written), at: m.at, changed: m.changed, unstated: m.unstated}
		trained[i] = combine(start, axes)
		p.refuseUnused(m, trained[i])
		p.refuseRescaling(m, axes)
	}
	for _, x := range axes {
		p.refuseUnusedAxis(x, all, trained)
	}
	cells := append(p.references(base, rows, axes), slices.Concat(trained...)...)
	p.refuseUnusedTables(base, cells)
	if len(cells) == 0 && len(p.issues) == 0 {
		p.report("", "method", "no arms", "expected at least one [[method]]", `write [[method]] and name = "swav"`)
	}
	for i := range cells {
		cells[i].settle()
	}
	return cells
}

// combine is the Cartesian product of the axes over one method or reference row. An axis that does
// not cover the method keeps the method's own value, so that arms still pair at equal axes; one
// that changes nothing in a cell is none of its axes.
func combine(start Cell, axes []axis) []Cell {
	start.Axes = map[string]any{}
	if !presetAxis(axes) { // else each of its values starts from the settings without one
		start.startFromPreset()
	}
	cells := []Cell{start}
	for _, x := range axes {
		values := x.values
		if !x.covers(start.Composition) {
			values = []any{start.Settings.Get(x.key.Path)}
		}
		cells = along(cells, x.key.Path, values)
	}
	for i := range cells {
		cells[i].startFromPreset()
	}
	return distinct(cells, axes, start.Settings)
}

// along repeats every cell for each value of one key.
func along(cells []Cell, path string, values []any) []Cell {
	out := make([]Cell, 0, len(cells)*len(values))
	for _, c := range cells {
		for _, v := range values {
			n := c
			n.Axes = maps.Clone(c.Axes)
			n.Axes[path] = v
			n.Settings.MustSet(path, v)
			out = append(out, n)
		}
	}
	return out
}

// distinct takes the axes that change nothing in a cell off it (the momentum of SGD off a cell with
// AdamW) and drops the cells that are the same then.
func distinct(cells []Cell, axes []axis, own setting.Values) []Cell {
	var out []Cell
	seen := map[string]bool{}
	for _, c := range cells {
		for c.shed(axes, own) { // what one axis needs another one may have had
		}
		if at := fmt.Sprint(c.Axes); !seen[at] { // maps are printed in the order of their keys
			seen[at] = true
			out = append(out, c)
		}
	}
	return out
}

// shed takes axes that change nothing off the cell, which gets the method's own values instead, and
// reports whether there were any.
func (c *Cell) shed(axes []axis, own setting.Values) (shed bool) {
	for _, x := range axes {
		path := x.key.Path
		if _, has := c.Axes[path]; has && !c.Uses(x.key) {
			delete(c.Axes, path)
			c.Settings.MustSet(path, own.Get(path))
			shed = true
		}
	}
	return shed
}

// overSeeds repeats the cells for every seed; a reference that no seed changes stands once.
func overSeeds(once []Cell, seeds []uint64) []Cell {
	out := make([]Cell, 0, len(once)*len(seeds))
	for i, seed := range seeds {
		for _, c := range once {
			if i > 0 && c.Reference == "pixels" {
				continue
			}
			c.Seed = seed
			out = append(out, c)
		}
	}
	return out
}

// unusedBy is what is wrong with a key that changes nothing in a method's cells.
func unusedBy(m method) string { return fmt.Sprintf("method %s does not use it", m.composition.Name) }

// refuseUnused reports the method's own keys that change nothing in its cells.
func (p *parser) refuseUnused(m method, cells []Cell) {
	for _, a := range m.written {
		if why, remedy, ok := idle(cells, a.path); ok {
			p.report(m.at+"."+a.path, a.path, unusedBy(m), why, remedy)
		}
	}
}

// refuseUnusedAxis reports the methods that an axis covers but changes nothing in: cells has those
// of each method.
func (p *parser) refuseUnusedAxis(x axis, all []method, cells [][]Cell) {
	uses := func(c Cell) bool { return c.Uses(x.key) }
	leave := "remove it"
	if slices.ContainsFunc(cells, func(own []Cell) bool { return slices.ContainsFunc(own, uses) }) {
		leave = "limit the axis with where"
	}
	for i, m := range all {
		if x.covers(m.composition) && !slices.ContainsFunc(cells[i], uses) {
			p.report(x.at, x.key.Path, unusedBy(m), wanted(x.key, cells[i]), remedy(x.key, cells[i], leave))
		}
	}
}

// refuseUnusedTables reports keys of the sweep's tables that change nothing in any cell.
func (p *parser) refuseUnusedTables(base layer, cells []Cell) {
	for _, a := range base.written {
		if why, remedy, ok := idle(cells, a.path); ok && len(cells) > 0 {
			p.report(a.path, a.path, "no method of this sweep uses it", why, remedy)
		}
	}
}

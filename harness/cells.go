package harness

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"protobench/methods"
)

// cells expands arms × axes × seeds and the reference rows, and reports what no cell reads.
func (p *parser) cells(seeds []uint64, base layer, arms []arm, axes []axis) []Cell {
	var once []Cell // one seed's worth
	all := make([][]Cell, len(arms))
	for i, a := range arms {
		own := combine(Cell{Composition: a.composition, Form: a.form, Settings: a.settings, at: a.at, line: p.line(a.at), changed: a.changed}, axes, a.composition)
		p.refuseUnused(a, own)
		p.refuseContradictions(a, own)
		p.refuseRescaling(a, axes)
		once, all[i] = append(once, own...), own
	}
	for _, x := range axes {
		p.refuseUnusedAxis(x, arms, all)
	}
	references := p.references(base, axes)
	p.refuseUnusedTables(base, slices.Concat(once, references))
	if len(once)+len(references) == 0 && len(p.issues) == 0 {
		p.report("", "method", mismatch{"no arms", "expected at least one [[method]]", `write [[method]] and name = "swav"`})
	}
	cells := slices.Concat(references, once)
	for i := range cells {
		cells[i].settle()
	}
	return spread(cells, seeds)
}

// combine is the Cartesian product of the axes over one arm or reference row. An axis that does not cover the arm keeps
// the arm's own value, so that arms still pair at equal axes; one that changes nothing in a cell is none of its axes.
func combine(start Cell, axes []axis, c methods.Composition) []Cell {
	start.Axes = map[string]any{}
	cells := []Cell{start}
	for _, x := range axes {
		values := x.values
		if !x.covers(c) {
			values = []any{x.key.Get(&start.Settings)}
		}
		cells = along(cells, x.key, values)
	}
	return distinct(cells, axes, &start.Settings)
}

// distinct takes the axes that change nothing in a cell off it (the momentum of SGD off a cell with AdamW) and drops the
// cells that are the same then.
func distinct(cells []Cell, axes []axis, own *Resolved) []Cell {
	var out []Cell
	for _, c := range cells {
		for c.shed(axes, own) { // what one axis needs another one may have had
		}
		if !slices.ContainsFunc(out, func(o Cell) bool { return maps.Equal(o.Axes, c.Axes) }) {
			out = append(out, c)
		}
	}
	return out
}

// shed takes axes that change nothing off the cell, which gets the arm's own values instead, and reports whether there were any.
func (c *Cell) shed(axes []axis, own *Resolved) (shed bool) {
	for _, x := range axes {
		if _, has := c.Axes[x.key.Path]; has && !c.Uses(x.key) {
			delete(c.Axes, x.key.Path)
			x.key.put(&c.Settings, x.key.Get(own))
			shed = true
		}
	}
	return shed
}

// along repeats every cell for each value of one key.
func along(cells []Cell, key Key, values []any) []Cell {
	out := make([]Cell, 0, len(cells)*len(values))
	for _, c := range cells {
		for _, v := range values {
			n := c
			n.Axes = maps.Clone(c.Axes)
			n.Axes[key.Path] = v
			key.put(&n.Settings, v)
			out = append(out, n)
		}
	}
	return out
}

// spread repeats the cells for every seed; a reference that no seed changes stands once.
func spread(once []Cell, seeds []uint64) []Cell {
	var out []Cell
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

// unusedBy is what is wrong with a key that changes nothing in an arm's cells.
func unusedBy(a arm) string { return fmt.Sprintf("method %s does not use it", a.composition.Name) }

// refuseUnused reports the arm's own keys that change nothing in its cells.
func (p *parser) refuseUnused(a arm, cells []Cell) {
	for _, e := range a.written {
		if why, remedy, ok := idle(cells, e.path); ok {
			p.report(a.at+"."+e.path, e.path, mismatch{unusedBy(a), why, remedy})
		}
	}
}

// refuseUnusedAxis reports the arms that an axis covers but changes nothing in: cells has those of each arm.
func (p *parser) refuseUnusedAxis(x axis, arms []arm, cells [][]Cell) {
	uses := func(c Cell) bool { return c.Uses(x.key) }
	leave := "remove it"
	if slices.ContainsFunc(cells, func(own []Cell) bool { return slices.ContainsFunc(own, uses) }) {
		leave = "limit the axis with where"
	}
	for i, a := range arms {
		if x.covers(a.composition) && !slices.ContainsFunc(cells[i], uses) {
			p.report(x.at, x.key.Path, mismatch{unusedBy(a), x.key.wanted(cells[i]), x.key.remedy(cells[i], leave)})
		}
	}
}

// refuseUnusedTables reports keys of the sweep's tables that change nothing in any cell.
func (p *parser) refuseUnusedTables(base layer, cells []Cell) {
	for _, e := range base.written {
		if why, remedy, ok := idle(cells, e.path); ok && len(cells) > 0 {
			p.report(e.path, e.path, mismatch{"no method of this sweep uses it", why, remedy})
		}
	}
}

// Reads reports whether the cell's numbers can depend on a key.
func (c *Cell) Reads(k Key) bool {
	if c.Reference != "" && !referenceReads(c.Reference, k.Path) {
		return false
	}
	return k.readAt(parts(c.Composition, &c.Settings), &c.Settings)
}

// refuseContradictions reports settings that exclude each other, before any data are known.
func (p *parser) refuseContradictions(a arm, cells []Cell) {
	for i := range cells {
		s := &cells[i].Settings
		if s.Augment.CropMin > s.Augment.CropMax {
			p.report(a.at, "augment.crop_min", mismatch{
				fmt.Sprintf("%v is above crop_max %v", s.Augment.CropMin, s.Augment.CropMax),
				"expected crop_min ≤ crop_max", "",
			})
		}
		if s.Train.LocalCrops > 0 && s.Augment.LocalMin > s.Augment.LocalMax {
			p.report(a.at, "augment.local_crop_min", mismatch{
				fmt.Sprintf("%v is above local_crop_max %v", s.Augment.LocalMin, s.Augment.LocalMax),
				"expected local_crop_min ≤ local_crop_max", "",
			})
		}
		p.issues = append(p.issues, cells[i].contradictions(p.file, methods.Config{})...)
	}
}

// contradictions asks package methods; data holds what is known of the images.
func (c *Cell) contradictions(file string, data methods.Config) []Issue {
	var issues []Issue
	for _, err := range c.config(data).Validate() {
		key, what, _ := strings.Cut(err.Error(), ": ")
		issues = append(issues, Issue{File: file, Line: c.line, Key: key, What: "method " + c.Composition.Name + ": " + what})
	}
	return issues
}

// config is what a trainer of this cell is built from; data holds the image's shape and number.
func (c *Cell) config(data methods.Config) methods.Config {
	data.Composition, data.Settings, data.Train = c.Composition, c.Settings.Settings, c.Settings.Train
	data.Encoder, data.Seed = c.Settings.Encoder, c.Seed
	return data
}

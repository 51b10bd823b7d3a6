package sweep

import (
	"fmt"
	"slices"
	"strings"

	"protobench/internal/setting"
)

// referenceKinds are the rows that every accuracy is read against: the pixels themselves, the
// encoder before training, and the encoder trained on the labels.
var referenceKinds = []string{"pixels", "untrained", "supervised"}

// references makes the cells of the rows.
func (p *parser) references(base layer, rows []string, axes []axis) []Cell {
	var cells []Cell
	for _, kind := range rows {
		c := Cell{Reference: kind, Settings: base.settings, look: p.look, written: base.written}
		c.Composition.Name = kind
		c.Settings.MustSet("train.local_crops", 0)
		cells = append(cells, combine(c, slices.DeleteFunc(slices.Clone(axes), func(x axis) bool { return !x.readBy(kind) }))...)
	}
	return cells
}

// readBy reports whether a reference row has a cell for each of the axis's values: it reads the key,
// and the axis holds for every method.
func (a axis) readBy(kind string) bool { return len(a.where) == 0 && referenceReads(kind, a.key.Path) }

// referenceNames reads `references`, a switch or a list of kinds.
func (p *parser) referenceNames() []string {
	v, ok := p.raw["references"]
	if !ok {
		return referenceKinds
	}
	if on, ok := v.(bool); ok {
		if on {
			return referenceKinds
		}
		return nil
	}
	names := p.texts("references", "references", v)
	for i, n := range names {
		if slices.Contains(names[:i], n) {
			p.report("references", "references", fmt.Sprintf("%q stands twice", n), "expected different rows", "")
			return nil
		}
		if !slices.Contains(referenceKinds, n) {
			p.report("references", "references", fmt.Sprintf("unknown row %q", n), "expected "+commas(referenceKinds), setting.Suggest(n, referenceKinds, ""))
			return nil
		}
	}
	return names
}

// referenceReads says which settings a reference row depends on: pixels on the data alone; the
// untrained encoder also on the batches that fill its batch-norm statistics. None of them sees
// local crops.
func referenceReads(kind, path string) bool {
	if path == "train.local_crops" {
		return false
	}
	table, _, _ := strings.Cut(path, ".")
	switch kind {
	case "pixels":
		return table == "data"
	case "untrained":
		return table == "data" || table == "encoder" || table == "augment" || path == "train.batch"
	}
	return table == "data" || table == "encoder" || table == "augment" || table == "train"
}

package figure

import (
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"

	"protobench/harness/store"
	"protobench/reports/drawing"
)

// layout says how the arms are spread over panels: one for each objective and setting, so that arms
// that are to be compared share a panel and no panel holds more lines than can be told apart.
type layout struct {
	tiles    []tile
	columns  int
	grid     bool   // whether columns are settings, so that empty tiles keep their places
	coloured string // the axis that colours show, where objectives have one variant each; "" for none
}

// tile is a panel of a layout.
type tile struct {
	title string
	arms  []*Arm
}

// panel is a panel before it is drawn; nil leaves its place empty.
type panel func() *plot.Plot

func plots(panels []panel) []*plot.Plot {
	var out []*plot.Plot
	for _, p := range panels {
		if p == nil {
			out = append(out, nil)
			continue
		}
		out = append(out, p())
	}
	return out
}

// layoutOver spreads the arms over panels, but for one axis, whose values share a panel; "" for none.
// Values of the last axis stand beside each other. An arm that lacks an axis, as it does not read it,
// stands in each panel of its objective that names all axes that it has.
func (s *Sweep) layoutOver(shared string) layout {
	l := layout{columns: max(1, min(3, len(s.objectives))), coloured: shared}
	axes := slices.DeleteFunc(slices.Clone(s.Axes), func(axis string) bool { return axis == shared })
	widest := 0
	var rows [][]tile
	for _, o := range s.objectives {
		row := s.tilesOf(o, axes)
		rows, widest = append(rows, row), max(widest, len(row))
	}
	if widest > 1 {
		l.grid, l.columns = true, columnsOf(widest, len(s.axisTexts(axes[len(axes)-1])))
	}
	for _, row := range rows {
		l.tiles = append(l.tiles, row...)
		for widest > 1 && len(l.tiles)%l.columns != 0 {
			l.tiles = append(l.tiles, tile{})
		}
	}
	return l
}

// columnsOf is the number of panels beside each other: those of the last axis, once or several times
// where that fits.
func columnsOf(panels, last int) int {
	const most = 5
	if last > 1 && last <= most {
		best := last
		for n := last; n <= most; n += last {
			if panels%n == 0 {
				best = n
			}
		}
		return best
	}
	if panels == 6 || panels == 9 {
		return 3
	}
	return min(most, panels)
}

// tilesOf are an objective's panels: one for each place on the axes of its arms, those of arms aside
// whose axes are among another one's.
func (s *Sweep) tilesOf(objective string, axes []string) []tile {
	arms := s.withData(func(a *Arm) bool { return a.Cell.Objective == objective })
	var sets [][]string // of axes that arms have; there are few
	for _, a := range arms {
		if own := axesOf(a.Cell, axes); !slices.ContainsFunc(sets, func(set []string) bool { return slices.Equal(set, own) }) {
			sets = append(sets, own)
		}
	}
	var out []tile
	for _, a := range arms {
		title := objective
		if place := s.Place(a.Cell, axes); place != "" {
			title += ", " + place
		}
		own := axesOf(a.Cell, axes)
		within := func(set []string) bool { return len(set) > len(own) && subset(own, set) }
		if slices.ContainsFunc(sets, within) || slices.ContainsFunc(out, func(t tile) bool { return t.title == title }) {
			continue
		}
		out = append(out, tile{title, slices.DeleteFunc(slices.Clone(arms), func(b *Arm) bool { return !placed(b.Cell, a.Cell, axes) })})
	}
	return out
}

// axesOf are those of the axes that a cell has.
func axesOf(c store.Cell, axes []string) []string {
	return slices.DeleteFunc(slices.Clone(axes), func(axis string) bool { return c.Axes[axis] == nil })
}

// subset reports whether all of a stand in b.
func subset(a, b []string) bool {
	return !slices.ContainsFunc(a, func(axis string) bool { return !slices.Contains(b, axis) })
}

// placed reports whether a cell has one place in the panel of another: its axes are among that one's,
// with equal values.
func placed(c, of store.Cell, axes []string) bool {
	return !slices.ContainsFunc(axesOf(c, axes), func(axis string) bool { return c.Axes[axis] != of.Axes[axis] })
}

// colouredAxis is the axis whose values colours show: that with the most values, where each objective
// has one variant and colours are free.
func (s *Sweep) colouredAxis() string {
	variants := map[string]string{}
	for _, a := range s.Arms {
		o := a.Cell.Objective
		if v, has := variants[o]; has && v != variant(a.Cell) {
			return ""
		}
		variants[o] = variant(a.Cell)
	}
	best, most := "", 1
	for _, axis := range s.Axes {
		if n := len(s.axisTexts(axis)); n >= most && n <= 8 {
			best, most = axis, n
		}
	}
	return best
}

// with leaves out the tiles that have no arm for which has holds, and rows and columns of a grid that
// have none.
func (l layout) with(has func(*Arm) bool) layout {
	out := l
	out.tiles = nil
	for _, t := range l.tiles {
		switch {
		case slices.ContainsFunc(t.arms, has):
			out.tiles = append(out.tiles, t)
		case l.grid:
			out.tiles = append(out.tiles, tile{})
		}
	}
	if !l.grid {
		out.columns = max(1, min(l.columns, len(out.tiles)))
		return out
	}
	return out.closed()
}

// closed takes out the rows and the columns of a grid in which every tile is empty.
func (l layout) closed() layout {
	out := l
	out.tiles = nil
	rows, columns := map[int]bool{}, map[int]bool{}
	for i, t := range l.tiles {
		if len(t.arms) > 0 {
			rows[i/l.columns], columns[i%l.columns] = true, true
		}
	}
	for i, t := range l.tiles {
		if rows[i/l.columns] && columns[i%l.columns] {
			out.tiles = append(out.tiles, t)
		}
	}
	out.columns = max(1, len(columns))
	return out
}

// panels makes a panel for each tile that has arms.
func (l layout) panels(draw func(t tile) *plot.Plot) []panel {
	var out []panel
	for i, t := range l.tiles {
		if t.arms == nil {
			out = append(out, nil)
			continue
		}
		out = append(out, func() *plot.Plot {
			p := draw(t)
			p.Title.Text = whole(p.Title.Text)
			if i%l.columns != 0 {
				p.Y.Label.Text = ""
			}
			if below := i + l.columns; below < len(l.tiles) && l.tiles[below].arms != nil {
				p.X.Label.Text = ""
			}
			return p
		})
	}
	return out
}

// whole lets a title break after commas alone, so that an axis keeps its value beside it.
func whole(title string) string {
	return strings.ReplaceAll(strings.ReplaceAll(title, " ", "\u00a0"), ",\u00a0", ", ")
}

// legend lists each look of the arms once, as all panels share them.
func (s *Sweep) legend(arms []*Arm, line bool, mark vg.Length) []drawing.Entry {
	var out []drawing.Entry
	for _, a := range firstOfName(arms) {
		e := drawing.Entry{Text: a.name}
		if line {
			e.Line = a.style.Line()
		}
		if mark > 0 {
			e.Mark = a.style.Mark(mark)
		}
		out = append(out, e)
	}
	return out
}

// firstOfName returns the first arm of each name.
func firstOfName(arms []*Arm) []*Arm {
	var out []*Arm
	seen := map[string]bool{}
	for _, a := range arms {
		if !seen[a.name] {
			seen[a.name] = true
			out = append(out, a)
		}
	}
	return out
}

package figure

import (
	"cmp"
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"protobench/metrics/metric"
	"protobench/reports/drawing"
	"protobench/stats"
)

// safeShare is the share of prototypes, in %, that every run of a safe setting keeps apart and in use.
const safeShare = 90

// phaseFigure is the map of collapse over two axes of numbers.
func (s *Sweep) phaseFigure() Figure {
	f := Figure{Name: "phase_diagram", Optional: true, Missing: "the matrix has no two axes of numbers that one method has both of"}
	f.Title = "Phase diagram of collapse"
	maps := s.phaseMaps()
	if len(maps) == 0 {
		return f
	}
	f.Caption = fmt.Sprintf("Live unique prototypes in %% of K over %s: each cell's colour and number is a mean over the runs that did not collapse as a whole, dark where few are left. Thin lines join settings of equal linear-probe accuracy (their numbers, in %%). "+
		"The red outline holds the safe settings: every run that ended keeps %d %% of its prototypes apart and in use. Collapse is the dark region. Accuracy lines that follow the outline say that collapse costs features; lines that cross it say that something else decides them. In a hatched cell no run ended but in total collapse.",
		axesText(maps), safeShare)
	columns := min(3, len(maps))
	var panels []panel
	for i, m := range maps {
		panels = append(panels, func() *plot.Plot {
			p := s.phasePanel(m)
			if i%columns != 0 && maps[i-1].y == m.y {
				p.Y.Label.Text = ""
			}
			return p
		})
	}
	f.drawn(panels, columns, 0.95, []drawing.Entry{
		{Text: "safe", Swatch: drawing.Swatch{Line: safeLine()}}, {Text: "accuracy, %", Swatch: drawing.Swatch{Line: drawing.ContourLine()}},
		{Text: "0 %", Swatch: drawing.Swatch{Patch: drawing.Scale(0)}}, {Text: "50 %", Swatch: drawing.Swatch{Patch: drawing.Scale(0.5)}}, {Text: "100 % live unique", Swatch: drawing.Swatch{Patch: drawing.Scale(1)}},
	})
	return f
}

// axesText names the pairs of axes that maps have.
func axesText(maps []phaseMap) string {
	var out []string
	for _, m := range maps {
		if text := m.x + " and " + m.y; !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return strings.Join(out, ", or ")
}

func safeLine() draw.LineStyle {
	return draw.LineStyle{Color: color.NRGBA{0xe3, 0x1a, 0x1c, 255}, Width: vg.Points(1.6)}
}

// twoAxes are the two axes of numbers on which these arms have the most values; the one with more
// lies flat, or of as many the one that more arms of the sweep have, so that maps can be compared.
func (s *Sweep) twoAxes(arms []*Arm) (x, y string) {
	axes := slices.DeleteFunc(s.numericAxes(), func(axis string) bool { return len(valuesOf(arms, axis)) < 2 })
	shared := func(axis string) (n int) {
		for _, a := range s.Arms {
			if a.Cell.Axes[axis] != nil {
				n++
			}
		}
		return n
	}
	slices.SortStableFunc(axes, func(a, b string) int {
		return cmp.Or(len(valuesOf(arms, b))-len(valuesOf(arms, a)), shared(b)-shared(a))
	})
	if len(axes) < 2 {
		return "", ""
	}
	return axes[0], axes[1]
}

// phaseMap is one method's settings over two axes.
type phaseMap struct {
	title  string
	x, y   string
	xs, ys []float64
	arms   [][]*Arm // by y and x; nil where the matrix has none
}

// phaseMaps are the methods with several values on two axes, which may be their own; each place on
// the other axes has a map.
func (s *Sweep) phaseMaps() []phaseMap {
	var methods []string
	byMethod := map[string][]*Arm{}
	for _, a := range s.Arms {
		if byMethod[a.Cell.Method] == nil {
			methods = append(methods, a.Cell.Method)
		}
		byMethod[a.Cell.Method] = append(byMethod[a.Cell.Method], a)
	}
	var out []phaseMap
	for _, m := range methods {
		if x, y := s.twoAxes(byMethod[m]); x != "" {
			out = append(out, s.mapsOver(byMethod[m], x, y)...)
		}
	}
	return out
}

// mapsOver are the maps of one method's arms over two axes.
func (s *Sweep) mapsOver(arms []*Arm, x, y string) []phaseMap {
	others := slices.DeleteFunc(slices.Clone(s.Axes), func(axis string) bool { return axis == x || axis == y })
	byTitle := map[string][]*Arm{}
	var titles []string
	for _, a := range arms {
		if a.Cell.Axes[x] == nil || a.Cell.Axes[y] == nil || len(stats.Finite(a.over(liveUnique()))) == 0 {
			continue
		}
		title := strings.TrimSuffix(a.Cell.Method+", "+s.Place(a.Cell, others), ", ")
		if byTitle[title] == nil {
			titles = append(titles, title)
		}
		byTitle[title] = append(byTitle[title], a)
	}
	var out []phaseMap
	for _, title := range titles {
		m := phaseMap{title: title, x: x, y: y, xs: valuesOf(arms, x), ys: valuesOf(arms, y)}
		for range m.ys {
			m.arms = append(m.arms, make([]*Arm, len(m.xs)))
		}
		for _, a := range byTitle[title] {
			m.arms[slices.Index(m.ys, axisNumber(a, y))][slices.Index(m.xs, axisNumber(a, x))] = a
		}
		if len(byTitle[title]) > 3 {
			out = append(out, m)
		}
	}
	return out
}

// mean is a measure's mean at a cell, NaN where there is none.
func (m phaseMap) mean(spec metric.Spec, row, column int) float64 {
	a := m.arms[row][column]
	if a == nil {
		return math.NaN()
	}
	return stats.Estimated(a.over(spec)).Mean
}

// safe reports whether every run of a cell that ended keeps its prototypes apart and in use.
func (m phaseMap) safe(row, column int) bool {
	if row < 0 || column < 0 || row >= len(m.ys) || column >= len(m.xs) || m.arms[row][column] == nil {
		return false
	}
	values := m.arms[row][column].over(liveUnique())
	return len(values) > 0 && !slices.ContainsFunc(values, func(v float64) bool { return !(v >= safeShare) })
}

func (s *Sweep) phasePanel(m phaseMap) *plot.Plot {
	p := drawing.NewPanel(m.title, m.x, m.y, drawing.TextSize)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = -0.5, float64(len(m.xs))-0.5, -0.5, float64(len(m.ys))-0.5
	p.X.Tick.Marker, p.Y.Tick.Marker = valueTicks(m.xs), valueTicks(m.ys)
	p.X.Padding, p.Y.Padding = 0, 0
	accuracies := make([][]float64, len(m.ys))
	for row := range m.ys {
		for column := range m.xs {
			m.addColour(p, row, column)
			accuracies[row] = append(accuracies[row], m.mean(accuracy(), row, column))
		}
	}
	m.addOutline(p)
	drawing.AddContours(p, accuracies)
	for row := range m.ys {
		for column := range m.xs {
			m.addNumber(p, row, column)
		}
	}
	return p
}

func valueTicks(values []float64) plot.ConstantTicks {
	var at []float64
	var texts []string
	for i, v := range values {
		at, texts = append(at, float64(i)), append(texts, fmt.Sprintf("%g", v))
	}
	return drawing.Ticks(at, texts)
}

// addColour fills a cell, or hatches it where it has no value.
func (m phaseMap) addColour(p *plot.Plot, row, column int) {
	x, y, v := float64(column), float64(row), m.mean(liveUnique(), row, column)
	if math.IsNaN(v) {
		for i := range 7 {
			d := float64(float64(i-3) * 0.25) // the diagonal's height above the middle one
			low, high := max(-0.5, -0.5-d), min(0.5, 0.5-d)
			drawing.AddLine(p, plotter.XYs{{X: x + low, Y: y + low + d}, {X: x + high, Y: y + high + d}}, draw.LineStyle{Color: drawing.Grey(), Width: vg.Points(0.4)})
		}
		return
	}
	drawing.AddBox(p, x-0.5, y-0.5, x+0.5, y+0.5, drawing.Scale(v/100), draw.LineStyle{})
}

// addNumber writes a cell's number in, dark on light colours and light on dark ones.
func (m phaseMap) addNumber(p *plot.Plot, row, column int) {
	v := m.mean(liveUnique(), row, column)
	if math.IsNaN(v) {
		return
	}
	ink := color.Gray{0xff}
	if v > 55 {
		ink = color.Gray{0x10}
	}
	p.Add(drawing.Label{Text: fmt.Sprintf("%.0f", v), X: float64(column), Y: float64(row) - 0.22, Size: drawing.SmallSize, Color: ink})
}

// addOutline draws the edges between safe cells and others.
func (m phaseMap) addOutline(p *plot.Plot) {
	for row := range m.ys {
		for column := range m.xs {
			if !m.safe(row, column) {
				continue
			}
			x, y := float64(column), float64(row)
			for _, side := range []struct {
				row, column int
				edge        plotter.XYs
			}{
				{row - 1, column, plotter.XYs{{X: x - 0.5, Y: y - 0.5}, {X: x + 0.5, Y: y - 0.5}}}, {row + 1, column, plotter.XYs{{X: x - 0.5, Y: y + 0.5}, {X: x + 0.5, Y: y + 0.5}}},
				{row, column - 1, plotter.XYs{{X: x - 0.5, Y: y - 0.5}, {X: x - 0.5, Y: y + 0.5}}}, {row, column + 1, plotter.XYs{{X: x + 0.5, Y: y - 0.5}, {X: x + 0.5, Y: y + 0.5}}},
			} {
				if !m.safe(side.row, side.column) {
					drawing.AddLine(p, side.edge, safeLine())
				}
			}
		}
	}
}

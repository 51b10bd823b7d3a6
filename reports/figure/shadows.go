package figure

import (
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"protobench/metrics/metric"
	"protobench/metrics/uniqueness"
	"protobench/reports/drawing"
)

// shadow is an observer of an arm.
type shadow struct {
	host     *Arm
	observer string
}

// shadowGroup is an arm with the observers that differ from it in who feeds the encoder.
type shadowGroup struct {
	title   string
	joint   *Arm // nil when the sweep has none
	shadows []shadow
}

// shadowGroups gathers the observers around the arms whose shadows they are, in the plan's order.
func (s *Sweep) shadowGroups() []shadowGroup {
	var out []shadowGroup
	for _, a := range s.Arms {
		for _, name := range a.Observers {
			b := a.Plain[name]
			title := a.Cell.Objective + ", no plain arm"
			if b != nil {
				title = b.Label
			}
			i := slices.IndexFunc(out, func(g shadowGroup) bool { return g.title == title })
			if i < 0 {
				i = len(out)
				out = append(out, shadowGroup{title: title, joint: b})
			}
			out[i].shadows = append(out[i].shadows, shadow{a, name})
		}
	}
	return out
}

// shadowRows are the measures of the figure's rows.
func shadowRows() []metric.Spec { return []metric.Spec{unique(), liveUnique()} }

// shadowFigure asks whether prototypes collapse that learn by the same loss but feed nothing back.
func (s *Sweep) shadowFigure() (Figure, error) {
	f := Figure{Name: "shadows", Missing: "no run has an observer with measured epochs yet", Optional: !s.observed()}
	f.Title = "Joint arms and their shadows"
	groups := s.shadowGroups()
	var all []curves
	drawn := false
	for _, m := range shadowRows() {
		c, err := s.curves(m)
		if err != nil {
			return f, err
		}
		all = append(all, c)
		for _, g := range groups {
			drawn = drawn || slices.ContainsFunc(g.shadows, func(w shadow) bool { return c.of(w.host, w.observer).Drawn() })
		}
	}
	f.Short = s.unmeasured(all...)
	f.Caption = "Unique (above) and live unique prototypes (below) at ε = " + uniqueness.EpsilonText(smallest()) + " over training, mean over seeds with the band from the lowest to the highest seed. " + s.UsageText +
		"Thick line: the plain arm of the panel's title, whose prototypes feed its own encoder. Broken lines: its shadows, prototypes that learn by the same loss, from random unit vectors too, but on the embeddings of another arm's encoder (the colour is that arm's), and feed nothing back. " +
		"Where a shadow falls as the thick line does, the loss alone takes prototypes together and joint training is not needed for it; where the thick line alone falls, joint training is."
	if !drawn {
		return f, nil
	}
	columns := min(4, len(groups))
	f.drawn(s.shadowPanels(groups, all, columns), columns, 0.62, s.shadowLegend(groups))
	return f, nil
}

// shadowPanels lays the groups out in bands of two rows, one per measure.
func (s *Sweep) shadowPanels(groups []shadowGroup, all []curves, columns int) []panel {
	var out []panel
	for start := 0; start < len(groups); start += columns {
		for i, m := range shadowRows() {
			for g := start; g < start+columns; g++ {
				if g >= len(groups) {
					out = append(out, nil)
					continue
				}
				out = append(out, func() *plot.Plot { return s.shadowPanel(groups[g], m, all[i], g == start, i == 0) })
			}
		}
	}
	return out
}

func (s *Sweep) shadowPanel(g shadowGroup, m metric.Spec, c curves, first, top bool) *plot.Plot {
	p := drawing.NewPanel("", "", "", drawing.TextSize)
	if top {
		p.Title.Text = g.title
	} else {
		p.X.Label.Text = "training step"
	}
	if first {
		p.Y.Label.Text = m.Shows() + " of K"
	}
	c.axes(p)
	drawing.PercentAxis(&p.Y)
	for _, w := range g.shadows {
		c.of(w.host, w.observer).AddBand(p, w.host.style.Color)
	}
	if g.joint != nil {
		own := c.of(g.joint, "")
		own.AddBand(p, g.joint.style.Color)
		own.AddLine(p, s.plainLine(g.joint))
	}
	for i, w := range g.shadows {
		c.of(w.host, w.observer).AddLine(p, g.shadowLine(i))
	}
	return p
}

func (s *Sweep) plainLine(a *Arm) draw.LineStyle {
	return draw.LineStyle{Color: a.style.Color, Width: vg.Points(2.2)}
}

// shadowLine tells shadows beside arms of one variant, which share a colour, apart by dashes.
func (g shadowGroup) shadowLine(i int) draw.LineStyle {
	st := g.shadows[i].host.style
	patterns := [][]vg.Length{{4, 2}, {1.5, 1.5}, {7, 2, 1.5, 2}}
	return draw.LineStyle{Color: st.Color, Width: vg.Points(1.2), Dashes: patterns[g.turn(i)%len(patterns)]}
}

// turn counts the shadows before the i-th that share its variant.
func (g shadowGroup) turn(i int) int {
	n := 0
	for _, w := range g.shadows[:i] {
		if variant(w.host.Cell) == variant(g.shadows[i].host.Cell) {
			n++
		}
	}
	return n
}

// name is the legend's label of the i-th shadow.
func (g shadowGroup) name(s *Sweep, i int) string {
	w := g.shadows[i]
	for j, o := range g.shadows {
		if i != j && variant(o.host.Cell) == variant(w.host.Cell) {
			return w.observer + " observer of " + s.placed(w.host)
		}
	}
	return w.observer + " observer of " + variant(w.host.Cell)
}

func (s *Sweep) shadowLegend(groups []shadowGroup) []drawing.Entry {
	var out []drawing.Entry
	add := func(label string, line draw.LineStyle) {
		if !slices.ContainsFunc(out, func(e drawing.Entry) bool { return e.Text == label }) {
			out = append(out, drawing.Entry{Text: label, Swatch: drawing.Swatch{Line: line}})
		}
	}
	for _, g := range groups {
		if g.joint != nil {
			add(variant(g.joint.Cell)+", own encoder", s.plainLine(g.joint))
		}
	}
	for _, g := range groups {
		for i := range g.shadows {
			add(g.name(s, i), g.shadowLine(i))
		}
	}
	return out
}

// placed names an arm by its variant and its place on the axes.
func (s *Sweep) placed(a *Arm) string {
	if place := s.Place(a.Cell, s.Axes); place != "" {
		return variant(a.Cell) + " (" + place + ")"
	}
	return variant(a.Cell)
}

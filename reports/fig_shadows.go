package reports

import (
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"protobench/metrics"
	"protobench/reports/drawing"
)

// shadow is an observer of an arm.
type shadow struct {
	host     *arm
	observer string
}

// shadowGroup is an arm with the observers that differ from it in who feeds the encoder.
type shadowGroup struct {
	title   string
	joint   *arm // nil when the sweep has none
	shadows []shadow
}

// shadowGroups gathers the observers around the arms whose shadows they are, in the plan's order.
func (s *sweep) shadowGroups() []shadowGroup {
	var out []shadowGroup
	for _, a := range s.trained() {
		for _, name := range a.observers() {
			b := s.plainArm(a, name)
			title := a.cell.Objective + ", no plain arm"
			if b != nil {
				title = b.label
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
func shadowRows() []measure { return []measure{unique(), liveUnique()} }

// shadowFigure asks whether prototypes collapse that learn by the same loss but feed nothing back.
func (s *sweep) shadowFigure() (figure, error) {
	f := figure{name: "shadows", title: "Joint arms and their shadows", missing: "no run has an observer with measured epochs yet", optional: !s.observed()}
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
	f.short = s.unmeasured(all...)
	f.caption = "Unique (above) and live unique prototypes (below) at ε = " + metrics.EpsilonText(smallest()) + " over training, mean over seeds with the band from the lowest to the highest seed." + s.curveText() +
		" Thick line: the plain arm of the panel's title, whose prototypes feed its own encoder. Broken lines: its shadows, prototypes that learn by the same loss, from random unit vectors too, but on the embeddings of another arm's encoder (the colour is that arm's), and feed nothing back. " +
		"Where a shadow falls as the thick line does, the loss alone takes prototypes together and joint training is not needed for it; where the thick line alone falls, joint training is."
	if !drawn {
		return f, nil
	}
	columns := min(4, len(groups))
	bands := (len(groups) + columns - 1) / columns
	f.Width, f.Height = vg.Points(float64(190+190*columns)), vg.Points(float64(30+2*175*bands))
	f.Draw = func(c draw.Canvas) {
		drawing.DrawPanels(c, s.shadowPanels(groups, all, columns), columns, s.shadowLegend(groups))
	}
	return f, nil
}

// shadowPanels lays the groups out in bands of two rows, one per measure.
func (s *sweep) shadowPanels(groups []shadowGroup, all []curves, columns int) []*plot.Plot {
	var out []*plot.Plot
	for start := 0; start < len(groups); start += columns {
		for i, m := range shadowRows() {
			for g := start; g < start+columns; g++ {
				if g >= len(groups) {
					out = append(out, nil)
					continue
				}
				out = append(out, s.shadowPanel(groups[g], m, all[i], g == start, i == 0))
			}
		}
	}
	return out
}

func (s *sweep) shadowPanel(g shadowGroup, m measure, c curves, first, top bool) *plot.Plot {
	p := drawing.NewPanel("", "", "", 9)
	if top {
		p.Title.Text = g.title
	} else {
		p.X.Label.Text = "training step"
	}
	if first {
		p.Y.Label.Text = m.title() + " of K"
	}
	c.axes(p)
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

func (s *sweep) plainLine(a *arm) draw.LineStyle {
	return draw.LineStyle{Color: a.style.Color, Width: vg.Points(2.6)}
}

// shadowLine tells shadows beside arms of one variant, which share a colour, apart by dashes.
func (g shadowGroup) shadowLine(i int) draw.LineStyle {
	st := g.shadows[i].host.style
	patterns := [][]vg.Length{{4, 2}, {1.5, 1.5}, {7, 2, 1.5, 2}}
	return draw.LineStyle{Color: st.Color, Width: vg.Points(1.4), Dashes: patterns[g.turn(i)%len(patterns)]}
}

// turn counts the shadows before the i-th that share its variant.
func (g shadowGroup) turn(i int) int {
	n := 0
	for _, w := range g.shadows[:i] {
		if variant(w.host.cell) == variant(g.shadows[i].host.cell) {
			n++
		}
	}
	return n
}

// name is the legend's label of the i-th shadow.
func (g shadowGroup) name(s *sweep, i int) string {
	w := g.shadows[i]
	for j, o := range g.shadows {
		if i != j && variant(o.host.cell) == variant(w.host.cell) {
			return w.observer + " observer of " + s.legendLabel(w.host)
		}
	}
	return w.observer + " observer of " + variant(w.host.cell)
}

func (s *sweep) shadowLegend(groups []shadowGroup) *plot.Legend {
	l := drawing.NewLegend(9)
	seen := map[string]bool{}
	add := func(label string, line draw.LineStyle) {
		if !seen[label] {
			seen[label] = true
			l.Add(label, drawing.Swatch{Line: line})
		}
	}
	for _, g := range groups {
		if g.joint != nil {
			add(variant(g.joint.cell)+", own encoder", s.plainLine(g.joint))
		}
	}
	for _, g := range groups {
		for i := range g.shadows {
			add(g.name(s, i), g.shadowLine(i))
		}
	}
	return l
}

// observed reports whether any arm has an observer.
func (s *sweep) observed() bool {
	return slices.ContainsFunc(s.trained(), func(a *arm) bool { return len(a.observers()) > 0 })
}

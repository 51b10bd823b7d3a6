package figure

import (
	"fmt"
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"protobench/metrics/uniqueness"
	"protobench/reports/drawing"
)

// usagePanel is one arm's prototypes by rank.
type usagePanel struct {
	label  string
	images int
	ranked []uniqueness.Ranked
}

// usageFigure shows how many training images each prototype gets.
func (s *Sweep) usageFigure() Figure {
	f := Figure{Name: "images_per_prototype"}
	f.Title = "Images per prototype"
	var panels []usagePanel
	for _, a := range s.Arms {
		if a.First != nil && a.First.Counts != nil {
			panels = append(panels, newUsagePanel(a.Label, a.First))
		}
	}
	f.Short = s.unstored(func(a *Arm) bool { return a.First == nil || a.First.Counts == nil })
	f.Caption = "Training images assigned to each prototype of the first seed, most used first, on a logarithmic scale (prototypes without an image stand at the bottom). " +
		"Blue: live and distinct. Orange: live, but shares a greedy group at ε = " + uniqueness.EpsilonText(smallest()) + " with another live prototype (duplicates; distinct prototypes and groups add up to the live unique ones). Grey: dead, that is below a twentieth of the fair share n/K, which the dashed line marks. " +
		"A healthy arm is a long blue line near the fair share; partial collapse is orange, and a short blue head with a long grey tail means that most prototypes are unused, however unique they are."
	if len(panels) == 0 {
		f.Missing = "no run has stored the usage of its prototypes yet"
		return f
	}
	columns := min(4, len(panels))
	var plots []panel
	top := usageTop(panels)
	for i, p := range panels {
		plots = append(plots, func() *plot.Plot { return p.plot(i%columns == 0, i+columns >= len(panels), top) })
	}
	f.drawn(plots, columns, 0.82, usageKey())
	return f
}

func newUsagePanel(label string, p *Stored) usagePanel {
	n := p.Images()
	return usagePanel{label: label, images: n, ranked: uniqueness.RankUsage(p.Counts, n, uniqueness.OfLive(p.Vectors, p.Counts, n, smallest()))}
}

// usageMarks tell the three kinds of prototypes apart, by colour and by shape.
func usageMarks(radius vg.Length) (distinct, duplicate, dead draw.GlyphStyle) {
	pale := color.NRGBA{0xb0, 0xb0, 0xb0, 255}
	return draw.GlyphStyle{Color: drawing.Palette()[1], Radius: radius, Shape: draw.CircleGlyph{}},
		draw.GlyphStyle{Color: drawing.Palette()[5], Radius: radius, Shape: draw.SquareGlyph{}},
		draw.GlyphStyle{Color: pale, Radius: radius, Shape: draw.CrossGlyph{}}
}

// usageTop is the largest count over all panels, which share their scale.
func usageTop(panels []usagePanel) float64 {
	top := 1
	for _, p := range panels {
		if len(p.ranked) > 0 {
			top = max(top, p.ranked[0].Images)
		}
	}
	return float64(top)
}

func (p usagePanel) plot(first, last bool, top float64) *plot.Plot {
	plt := drawing.NewPanel(drawing.Shorten(p.label, 30), "", "", drawing.TextSize-0.5)
	if first {
		plt.Y.Label.Text = "images"
	}
	if last {
		plt.X.Label.Text = "prototypes by rank"
	}
	drawing.LightGrid(plt)
	k := len(p.ranked)
	plt.X.Min, plt.X.Max = 0, float64(k+1)
	plt.X.Tick.Marker = drawing.Ticks([]float64{1, float64(k)}, []string{"1", fmt.Sprint(k)})
	drawing.CountAxis(&plt.Y, top)
	fair := drawing.LogCount(float64(p.images) / float64(k))
	line := draw.LineStyle{Color: drawing.Grey(), Width: vg.Points(0.8), Dashes: []vg.Length{3, 2}}
	drawing.AddLine(plt, plotter.XYs{{X: 0, Y: fair}, {X: float64(k + 1), Y: fair}}, line)
	p.addMarks(plt)
	return plt
}

// addMarks draws the three kinds and writes their numbers in.
func (p usagePanel) addMarks(plt *plot.Plot) {
	var distinct, duplicate, dead plotter.XYs
	for i, r := range p.ranked {
		at := plotter.XY{X: float64(i + 1), Y: drawing.LogCount(float64(r.Images))}
		switch {
		case r.Dead:
			dead = append(dead, at)
		case r.Duplicate:
			duplicate = append(duplicate, at)
		default:
			distinct = append(distinct, at)
		}
	}
	blue, orange, pale := usageMarks(vg.Points(1.1))
	drawing.AddMarks(plt, dead, pale)
	drawing.AddMarks(plt, distinct, blue)
	drawing.AddMarks(plt, duplicate, orange)
	text := fmt.Sprintf("%d distinct, no duplicates, %d dead", len(distinct), len(dead))
	if len(duplicate) > 0 {
		text = fmt.Sprintf("%d distinct, %d in %d groups, %d dead", len(distinct), len(duplicate), p.groups(), len(dead))
	}
	plt.Add(drawing.Note{Text: text, X: 0.98, Y: 0.99, Size: 5.5})
}

// groups counts the greedy groups that more than one live prototype shares.
func (p usagePanel) groups() int {
	seen := map[int]bool{}
	for _, r := range p.ranked {
		if r.Duplicate {
			seen[r.Group] = true
		}
	}
	return len(seen)
}

// usageKey says what the marks mean.
func usageKey() []drawing.Entry {
	blue, orange, pale := usageMarks(vg.Points(2.4))
	return []drawing.Entry{
		{Text: "live and distinct", Swatch: drawing.Swatch{Mark: blue}},
		{Text: "live, shares a greedy group with another live prototype (ε " + uniqueness.EpsilonText(smallest()) + ")", Swatch: drawing.Swatch{Mark: orange}},
		{Text: "dead", Swatch: drawing.Swatch{Mark: pale}},
	}
}

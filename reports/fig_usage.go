package reports

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"protobench/metrics"
)

// usagePanel is one arm's prototypes by rank.
type usagePanel struct {
	label  string
	images int
	ranked []metrics.Ranked
}

// usageFigure shows how many training images each prototype gets.
func (s *sweep) usageFigure() figure {
	f := figure{name: "images_per_prototype", title: "Images per prototype"}
	var panels []usagePanel
	for _, a := range s.trained() {
		if a.first != nil && a.first.counts != nil {
			panels = append(panels, newUsagePanel(a.label, a.first))
		}
	}
	f.short = s.unstored(func(a *arm) bool { return a.first == nil || a.first.counts == nil })
	f.caption = "Training images assigned to each prototype of the first seed, most used first, on a logarithmic scale (prototypes without an image stand at the bottom). " +
		"Blue: live and distinct. Orange: live, but shares a greedy group at ε = " + metrics.EpsilonText(smallest()) + " with another live prototype (duplicates; distinct prototypes and groups add up to the live unique ones). Grey: dead, that is below a twentieth of the fair share n/K, which the dashed line marks. " +
		"A healthy arm is a long blue line near the fair share; partial collapse is orange, and a short blue head with a long grey tail means that most prototypes are unused, however unique they are."
	if len(panels) == 0 {
		f.missing = "no run has stored the usage of its prototypes yet"
		return f
	}
	columns := min(5, len(panels))
	rows := (len(panels) + columns - 1) / columns
	f.width, f.height = vg.Points(float64(40+165*columns)), vg.Points(float64(44+140*rows))
	f.draw = func(c draw.Canvas) {
		drawUsageKey(draw.Crop(c, 0, 0, c.Max.Y-c.Min.Y-vg.Points(24), 0))
		var plots []*plot.Plot
		for i, p := range panels {
			plots = append(plots, p.plot(i%columns == 0, i+columns >= len(panels), usageTop(panels)))
		}
		drawPanels(draw.Crop(c, 0, 0, 0, -vg.Points(22)), plots, columns, nil)
	}
	return f
}

func newUsagePanel(label string, p *prototypes) usagePanel {
	n := p.images()
	return usagePanel{label: label, images: n, ranked: metrics.RankUsage(p.counts, n, metrics.LiveUnique(p.shown, p.counts, n, smallest()))}
}

func usageColors() (distinct, duplicate, dead color.NRGBA) {
	return palette()[1], palette()[5], color.NRGBA{0xb0, 0xb0, 0xb0, 255}
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

// logImages places 0 images below 1 on the logarithmic axis.
func logImages(n float64) float64 { return float64(math.Log10(max(n, 0.5))) }

func (p usagePanel) plot(first, last bool, top float64) *plot.Plot {
	plt := newPlot(shorten(p.label, 30), "", "", 8)
	if first {
		plt.Y.Label.Text = "images"
	}
	if last {
		plt.X.Label.Text = "prototypes by rank"
	}
	lightGrid(plt)
	k := len(p.ranked)
	plt.X.Min, plt.X.Max = 0, float64(k+1)
	plt.X.Tick.Marker = ticks([]float64{1, float64(k)}, []string{"1", fmt.Sprint(k)})
	plt.Y.Min, plt.Y.Max = logImages(0)-0.1, logImages(top)+0.15
	plt.Y.Tick.Marker = imageTicks(top)
	fair := logImages(float64(p.images) / float64(k))
	line := draw.LineStyle{Color: grey(), Width: vg.Points(0.8), Dashes: []vg.Length{3, 2}}
	addLine(plt, plotter.XYs{{X: 0, Y: fair}, {X: float64(k + 1), Y: fair}}, line)
	p.addMarks(plt)
	return plt
}

func imageTicks(top float64) plot.ConstantTicks {
	out := plot.ConstantTicks{{Value: logImages(0), Label: "0"}}
	for decade := 1; decade <= 1_000_000_000 && float64(decade) <= top*1.2; decade *= 10 {
		out = append(out, plot.Tick{Value: logImages(float64(decade)), Label: decadeText(decade)})
	}
	return out
}

// addMarks draws the three kinds and writes their numbers in.
func (p usagePanel) addMarks(plt *plot.Plot) {
	var distinct, duplicate, dead plotter.XYs
	for i, r := range p.ranked {
		at := plotter.XY{X: float64(i + 1), Y: logImages(float64(r.Images))}
		switch {
		case r.Dead:
			dead = append(dead, at)
		case r.Duplicate:
			duplicate = append(duplicate, at)
		default:
			distinct = append(distinct, at)
		}
	}
	blue, orange, pale := usageColors()
	for i, points := range []plotter.XYs{dead, distinct, duplicate} {
		shape := []draw.GlyphDrawer{draw.CrossGlyph{}, draw.CircleGlyph{}, draw.SquareGlyph{}}[i]
		addMarks(plt, points, draw.GlyphStyle{Color: []color.NRGBA{pale, blue, orange}[i], Radius: vg.Points(1.5), Shape: shape})
	}
	text := fmt.Sprintf("%d distinct, no duplicates, %d dead", len(distinct), len(dead))
	if len(duplicate) > 0 {
		text = fmt.Sprintf("%d distinct, %d in %d groups, %d dead", len(distinct), len(duplicate), p.groups(), len(dead))
	}
	plt.Add(writeIn{text: text, x: 0.98, y: 0.99, size: 7})
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

// drawUsageKey writes the meaning of the colours in one line above the panels.
func drawUsageKey(c draw.Canvas) {
	blue, orange, pale := usageColors()
	x := c.Min.X + vg.Points(44)
	for i, text := range []string{"live and distinct", "live, shares a greedy group with another live prototype (ε " + metrics.EpsilonText(smallest()) + ")", "dead"} {
		l := newLegend(9)
		l.ThumbnailWidth = vg.Points(12)
		l.Add(text, swatch{mark: draw.GlyphStyle{Color: []color.NRGBA{blue, orange, pale}[i], Radius: vg.Points(3),
			Shape: []draw.GlyphDrawer{draw.CircleGlyph{}, draw.SquareGlyph{}, draw.CrossGlyph{}}[i]}})
		l.Draw(draw.Crop(c, x-c.Min.X, 0, 0, -vg.Points(6)))
		x += l.Rectangle(c).Size().X + vg.Points(18)
	}
}

package verdicts

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"protobench/audit"
	"protobench/reports/drawing"
)

const radius = 2 // of marks, in points

// line is a named list of shares over the places 0, 1, ….
type line struct {
	name   string
	values []float64 // %
	style  draw.LineStyle
	mark   draw.GlyphStyle
}

// lines draws lists of shares over named places.
func lines(x string, places []string, list []line) drawing.Picture {
	p := drawing.NewPanel("", x, "unique prototypes, % of K", drawing.TextSize)
	drawing.LightGrid(p)
	drawing.PercentAxis(&p.Y)
	p.X.Min, p.X.Max = -0.35, float64(len(places))-0.65
	var at []float64
	for i := range places {
		at = append(at, float64(i))
	}
	p.X.Tick.Marker = drawing.Ticks(at, places)
	var legend []drawing.Entry
	for i, l := range list {
		points := drawing.Indexed(l.values, float64(0.04*float64(i))) // to see equal ones
		drawing.AddLine(p, points, l.style)
		drawing.AddMarks(p, points, l.mark)
		legend = append(legend, drawing.Entry{Text: l.name, Swatch: drawing.Swatch{Line: l.style, Mark: l.mark}})
	}
	out := drawing.Picture{Draw: func(c draw.Canvas) { drawing.DrawPanels(c, []*plot.Plot{p}, 1, legend) }}
	out.Width, out.Height = drawing.Size(1, 1, 0.8, legend)
	return out
}

// styled is a line in the style of a place.
func styled(name string, values []float64, place int) line {
	s := drawing.StyleOf(place, place)
	return line{name, values, s.Line(), s.Mark(vg.Points(radius))}
}

// epsilonFigure shows unique prototypes over ε: as they stand, centred, and by chance.
func epsilonFigure(r audit.Result) drawing.Picture {
	shares := func(c audit.Counts) []float64 {
		var out []float64
		for _, e := range r.Epsilons() {
			out = append(out, 100*float64(c[e])/float64(max(1, r.K)))
		}
		return out
	}
	return lines("ε (cosine distance)", r.Epsilons(), []line{
		{name: "random", values: shares(r.Baseline.Unique), style: drawing.GreyLine()},
		styled("as they stand", shares(r.Unique), 0), styled("centred", shares(r.UniqueCentred), 1),
	})
}

// seriesFigure shows unique prototypes over checkpoints.
func seriesFigure(s audit.Series) drawing.Picture {
	var places []string
	var plain, centred []float64
	every := (len(s.Points) + 11) / 12 // names of places that fit
	for i, p := range s.Points {
		name := ""
		if i%every == 0 {
			name = p.At
		}
		places = append(places, name)
		plain = append(plain, 100*float64(p.Unique)/float64(s.K))
		centred = append(centred, 100*float64(p.UniqueCentred)/float64(s.K))
	}
	return lines("checkpoint", places, []line{styled("as they stand", plain, 0), styled("centred", centred, 1)})
}

// groupsFigure shows the groups' sizes, the largest first.
func groupsFigure(r audit.Result) drawing.Picture {
	p := drawing.NewPanel("", "groups, the largest first", "prototypes in the group", drawing.TextSize)
	drawing.LightGrid(p)
	drawing.CountAxis(&p.Y, float64(r.Largest()))
	p.Y.Min = 0
	p.Y.Tick.Marker = sizeTicks(r.Largest())
	var points plotter.XYs
	for i, g := range r.Groups {
		points = append(points, plotter.XY{X: float64(i + 1), Y: drawing.LogCount(float64(len(g.Members)))})
	}
	p.X.Min, p.X.Max = 0, float64(len(points)+1)
	p.X.Tick.Marker = drawing.WholeTicks(1, float64(max(2, len(points))))
	style := drawing.StyleOf(0, 0)
	drawing.AddLine(p, points, style.Line())
	drawing.AddMarks(p, points, style.Mark(vg.Points(1.6)))
	out := drawing.Picture{Draw: func(c draw.Canvas) { drawing.DrawPanels(c, []*plot.Plot{p}, 1, nil) }}
	out.Width, out.Height = drawing.Size(1, 1, 0.8, nil)
	return out
}

// sizeTicks marks 1, 2, 5, 10, … up to the largest size.
func sizeTicks(largest int) plot.ConstantTicks {
	var at []float64
	var texts []string
	for ten := 1; ten <= largest; ten *= 10 {
		for _, n := range []int{ten, 2 * ten, 5 * ten} {
			if n <= largest {
				at, texts = append(at, drawing.LogCount(float64(n))), append(texts, drawing.CountText(n))
			}
		}
	}
	return drawing.Ticks(at, texts)
}

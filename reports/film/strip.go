package film

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

// colours are those of prototypes that end near another one, and of the others.
func colours() (near, alone color.NRGBA) { return drawing.Palette()[5], drawing.Palette()[1] }

// marks are the prototypes' glyphs: a square and a dot, so that grey tells them apart too.
func marks(radius vg.Length) (near, alone draw.GlyphStyle) {
	orange, blue := colours()
	return draw.GlyphStyle{Color: orange, Radius: radius, Shape: draw.BoxGlyph{}}, draw.GlyphStyle{Color: blue, Radius: radius, Shape: draw.CircleGlyph{}}
}

// Strip is the film as panels beside each other, for paper.
func (f *Film) Strip() drawing.Picture {
	near, alone := marks(vg.Points(1.3))
	legend := []drawing.Entry{
		{Text: "apart at the end", Swatch: drawing.Swatch{Mark: alone}},
		{Text: "within ε = " + uniqueness.EpsilonText(smallest()) + " of another one at the end", Swatch: drawing.Swatch{Mark: near}},
	}
	chosen := f.chosen()
	out := drawing.Picture{Title: "Prototypes of " + f.Title + " over training", Alt: f.Caption()}
	out.Width, out.Height = drawing.TwoColumns, drawing.TwoColumns/vg.Length(max(3, len(chosen)))+drawing.LegendHeight(legend, drawing.TwoColumns)+vg.Points(14)
	out.Draw = func(c draw.Canvas) {
		var panels []*plot.Plot
		for i, at := range chosen {
			from := -1
			if i > 0 {
				from = chosen[i-1]
			}
			panels = append(panels, f.panel(at, from, vg.Points(0.8)))
		}
		drawing.DrawPanels(c, panels, len(panels), legend)
	}
	return out
}

// panel is the frame of a number, with lines from another one before; from is -1 for none.
func (f *Film) panel(at, from int, radius vg.Length) *plot.Plot {
	fr := f.frames[at]
	p := drawing.NewPanel(stepText(fr.step), "", "", drawing.TextSize)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = -1.05*f.reach, 1.05*f.reach, -1.05*f.reach, 1.25*f.reach // room for a text
	p.X.Tick.Marker, p.Y.Tick.Marker = plot.ConstantTicks{}, plot.ConstantTicks{}
	orange, blue := colours()
	var near, alone plotter.XYs
	for i, q := range fr.points {
		point, of := plotter.XY{X: q[0], Y: q[1]}, orange
		if f.alone[i] {
			alone, of = append(alone, point), blue
		} else {
			near = append(near, point)
		}
		if from >= 0 {
			before := f.frames[from].points[i]
			drawing.AddLine(p, plotter.XYs{{X: before[0], Y: before[1]}, point}, draw.LineStyle{Color: drawing.Faded(of, 70), Width: vg.Points(0.4)})
		}
	}
	box, dot := marks(radius)
	drawing.AddMarks(p, alone, dot)
	drawing.AddMarks(p, near, box)
	p.Add(drawing.Note{Text: fmt.Sprintf("%d unique", fr.unique), X: 0.99, Y: 1, Size: 5.5})
	return p
}

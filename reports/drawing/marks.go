package drawing

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// AddLine draws a line through finite points; nothing when there are none.
func AddLine(p *plot.Plot, points plotter.XYs, style draw.LineStyle) {
	if len(points) > 0 {
		p.Add(&plotter.Line{XYs: points, LineStyle: style})
	}
}

// AddMarks draws glyphs at finite points; nothing when there are none.
func AddMarks(p *plot.Plot, points plotter.XYs, style draw.GlyphStyle) {
	if len(points) > 0 {
		p.Add(&plotter.Scatter{XYs: points, GlyphStyle: style})
	}
}

// Steps are the corners of a curve that keeps its value from each place to the next. Both lists have
// one length; places ascend.
func Steps(x, y []float64) plotter.XYs {
	var out plotter.XYs
	for i := range x {
		if i > 0 {
			out = append(out, plotter.XY{X: x[i], Y: y[i-1]})
		}
		out = append(out, plotter.XY{X: x[i], Y: y[i]})
	}
	return out
}

// AddLevel draws a dashed line at a height across the panel, whose axes have their ranges, with its
// name below its right end.
func AddLevel(p *plot.Plot, name string, y float64) {
	line := GreyLine()
	line.Width, line.Dashes = vg.Points(0.9), []vg.Length{3, 2}
	AddLine(p, plotter.XYs{{X: p.X.Min, Y: y}, {X: p.X.Max, Y: y}}, line)
	p.Add(Note{Text: name, X: 0.99, Y: (y-p.Y.Min)/(p.Y.Max-p.Y.Min) - 0.008, Size: SmallSize})
}

// AddBars draws a bar from mean − half to mean + half at each point, cut off at 0 and 100 %; none
// where either is not a number. half holds one value for each of the means.
func AddBars(p *plot.Plot, mean, half []float64, shift float64, c color.NRGBA) {
	for i, h := range half {
		if m := mean[i]; !math.IsNaN(m) && !math.IsNaN(h) {
			x := float64(i) + shift
			bar := plotter.XYs{{X: x, Y: max(0, m-h)}, {X: x, Y: min(100, m+h)}}
			AddLine(p, bar, draw.LineStyle{Color: c, Width: vg.Points(1)})
		}
	}
}

// Indexed places values at 0, 1, … plus a shift, leaving out what is not finite.
func Indexed(values []float64, shift float64) plotter.XYs {
	var out plotter.XYs
	for i, v := range values {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			out = append(out, plotter.XY{X: float64(i) + shift, Y: v})
		}
	}
	return out
}

// Centre is the mean of the points, as the one point of a list; none of none.
func Centre(points plotter.XYs) plotter.XYs {
	if len(points) == 0 {
		return nil
	}
	var m plotter.XY
	for _, p := range points {
		m.X += p.X / float64(len(points))
		m.Y += p.Y / float64(len(points))
	}
	return plotter.XYs{m}
}

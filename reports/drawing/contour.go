package drawing

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// AddContours draws lines of equal value over a grid of values, the one of row i and column j at
// (j, i), at a few round levels with their numbers, dark on a light rim that parts them from any
// colour. Squares with a corner that is not a number
// have none.
func AddContours(p *plot.Plot, values [][]float64) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, row := range values {
		for _, v := range row {
			if !math.IsNaN(v) {
				low, high = min(low, v), max(high, v)
			}
		}
	}
	step := roundStep((high - low) / 5)
	if step == 0 {
		return
	}
	for level := math.Ceil(low/step) * step; level <= high; level += step {
		segments := segmentsAt(values, level)
		var end plotter.XY
		for _, s := range segments {
			AddLine(p, s, draw.LineStyle{Color: color.White, Width: vg.Points(1.8)})
		}
		for i, s := range segments {
			AddLine(p, s, ContourLine())
			if m := (plotter.XY{X: (s[0].X + s[1].X) / 2, Y: (s[0].Y + s[1].Y) / 2}); i == 0 || m.X > end.X {
				end = m
			}
		}
		if len(segments) > 0 {
			p.Add(Label{Text: fmt.Sprintf("%g", level), X: end.X, Y: end.Y, Size: 5.5, Color: color.Black, Boxed: true})
		}
	}
}

// ContourLine is the line of one value.
func ContourLine() draw.LineStyle { return draw.LineStyle{Color: color.Black, Width: vg.Points(0.7)} }

// segmentsAt are the pieces of the line of one value, two in a triangle of three neighbours' square:
// each square is parted in four triangles around the mean of its corners.
func segmentsAt(values [][]float64, level float64) []plotter.XYs {
	var out []plotter.XYs
	for i := range len(values) - 1 {
		for j := range len(values[i]) - 1 {
			x, y := float64(j), float64(i)
			corners := []plotter.XYZ{
				{X: x, Y: y, Z: values[i][j]}, {X: x + 1, Y: y, Z: values[i][j+1]}, {X: x + 1, Y: y + 1, Z: values[i+1][j+1]}, {X: x, Y: y + 1, Z: values[i+1][j]},
			}
			middle := plotter.XYZ{X: x + 0.5, Y: y + 0.5}
			for _, c := range corners {
				middle.Z += float64(c.Z / 4)
			}
			for k, c := range corners {
				if cut := crossing([3]plotter.XYZ{c, corners[(k+1)%4], middle}, level); len(cut) == 2 {
					out = append(out, cut)
				}
			}
		}
	}
	return out
}

// crossing is where a plane over a triangle has a value: two points, or none.
func crossing(t [3]plotter.XYZ, level float64) plotter.XYs {
	var out plotter.XYs
	for k, a := range t {
		b := t[(k+1)%3]
		if (a.Z >= level) == (b.Z >= level) || math.IsNaN(a.Z+b.Z) {
			continue
		}
		at := (level - a.Z) / (b.Z - a.Z)
		out = append(out, plotter.XY{X: a.X + float64(at*(b.X-a.X)), Y: a.Y + float64(at*(b.Y-a.Y))})
	}
	return out
}

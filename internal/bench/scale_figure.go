package bench

import (
	"fmt"
	"math"
	"os"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"protobench/reports/drawing"
)

// drawScales draws the times of all laws in log-log, one panel an axis.
func drawScales(path string, all []*scaleSeries) error {
	var parts []string
	of := map[string][]*scaleSeries{}
	for _, r := range all {
		if of[r.Part] == nil {
			parts = append(parts, r.Part)
		}
		of[r.Part] = append(of[r.Part], r)
	}
	const columns, side = 3, 330
	rows := (len(parts) + columns - 1) / columns
	picture := drawing.Picture{Width: vg.Points(side * columns), Height: vg.Points(float64(side * rows)), Draw: func(c draw.Canvas) {
		var panels []*plot.Plot
		for _, part := range parts {
			panels = append(panels, scalePanel(of[part]))
		}
		drawing.DrawPanels(c, panels, columns, nil)
	}}
	png, err := picture.PNG()
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return os.WriteFile(path, png, 0o644)
}

// scalePanel is one axis.
func scalePanel(laws []*scaleSeries) *plot.Plot {
	p := drawing.NewPanel("", laws[0].Axis, "milliseconds", 10)
	drawing.LightGrid(p)
	low, high := math.Inf(1), math.Inf(-1)
	legend := drawing.NewLegend(7.5)
	seen := map[int]bool{}
	for i, r := range laws {
		style := drawing.StyleOf(i, 0)
		var points plotter.XYs
		for _, m := range r.Points {
			if m.X > 0 && m.S > 0 {
				x, y := math.Log10(float64(m.X)), math.Log10(1e3*m.S)
				low, high, seen[m.X] = min(low, y), max(high, y), true
				points = append(points, plotter.XY{X: x, Y: y})
			}
		}
		drawing.AddLine(p, points, style.Line())
		drawing.AddMarks(p, points, style.Mark(vg.Points(2.6)))
		legend.Add(fmt.Sprintf("%s: %s", r.What, slopeText(r.End)), drawing.Swatch{Line: style.Line(), Mark: style.Mark(vg.Points(2.6))})
	}
	p.Legend = *legend
	var values []float64
	var labels []string
	for x := range seen {
		values, labels = append(values, math.Log10(float64(x))), append(labels, drawing.CountText(x))
	}
	p.X.Tick.Marker = drawing.Ticks(values, labels)
	p.Y.Tick.Marker = decades(low, high)
	p.Y.Max = high + float64(0.045*float64(2+len(laws))*max(1, high-low)) // room for the legend
	return p
}

// decades marks powers of ten.
func decades(low, high float64) plot.ConstantTicks {
	var values []float64
	var labels []string
	for e := math.Floor(low); e <= math.Ceil(high); e++ {
		values, labels = append(values, e), append(labels, fmt.Sprintf("%g", math.Pow(10, e)))
	}
	return drawing.Ticks(values, labels)
}

package figure

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"protobench/metrics/metric"
	"protobench/metrics/probe"
	"protobench/metrics/uniqueness"
	"protobench/reports/drawing"
	"protobench/stats"
)

// isotropicGrey fills what chance would show.
func isotropicGrey() color.NRGBA { return color.NRGBA{0xdc, 0xdc, 0xdc, 255} }

// pairing is two metrics of one arm that a reader compares.
type pairing struct {
	title          string
	filled, hollow metric.Spec
	low, high      float64 // of the axis; equal for the data's
}

// centredFigure shows what a common offset does to counts of unique prototypes.
func (s *Sweep) centredFigure() Figure {
	f := Figure{Name: "raw_vs_centred", Missing: "no run has final metrics yet, or all collapsed totally"}
	f.Title = "Unique prototypes as they stand and centred"
	f.Caption = "Unique prototypes in % of K as they stand (filled) and after their mean is taken off (hollow), mean over seeds, at the smallest and at a wide ε. A common offset changes no softmax but shrinks all distances: " +
		"a long bar says that prototypes which count as one as they stand are apart once centred, so that the loss still tells them apart; where both marks are low, they are copies. No claim rests on one of the two alone."
	var list []pairing
	for _, eps := range []float64{smallest(), uniqueness.Epsilons()[3]} {
		list = append(list, pairing{"ε = " + uniqueness.EpsilonText(eps), specOf(uniqueness.Key(eps)), specOf(uniqueness.CentredKey(eps)), -2, 102})
	}
	return s.paired(f, list, "unique, % of K", [2]string{"as they stand", "centred"})
}

// branchFigure sets the student beside the teacher.
func (s *Sweep) branchFigure() Figure {
	f := Figure{Name: "student_vs_teacher", Missing: "no run has measured both branches", Optional: true}
	f.Title = "Student and teacher"
	f.Caption = "The teacher (filled) and the student (hollow) at the end of training, mean over seeds: accuracy of a linear and of a k-NN probe on the backbone's features, and unique prototypes at the smallest ε where both branches have prototypes of their own. " +
		"Tables show the teacher. A long bar in the accuracies says that the choice of branch decides a comparison; a student whose prototypes are unique where the teacher's are not has moved on since they merged. Over training the teacher alone is measured."
	linear, knn := specOf(probe.LinearKey(metric.Teacher)), specOf(probe.KNNKey(metric.Teacher))
	return s.paired(f, []pairing{
		{"linear probe", linear, specOf(probe.LinearKey(metric.Student)), 0, 0},
		{"20-NN probe", knn, specOf(probe.KNNKey(metric.Student)), 0, 0},
		{"unique prototypes", unique(), specOf(unique().Key + "." + string(metric.Student)), -2, 102},
	}, "%", [2]string{"teacher", "student"})
}

// paired draws a row for each arm and a panel for each pairing that has values.
func (s *Sweep) paired(f Figure, list []pairing, unit string, names [2]string) Figure {
	both := func(a *Arm, p pairing) bool {
		return stats.Estimated(a.over(p.filled)).N > 0 && stats.Estimated(a.over(p.hollow)).N > 0
	}
	arms, note := few(s.withData(func(a *Arm) bool {
		for _, p := range list {
			if both(a, p) {
				return true
			}
		}
		return false
	}))
	if len(arms) == 0 {
		return f
	}
	f.Caption += note
	var panels []panel
	for _, p := range list {
		has := false
		for _, a := range arms {
			has = has || both(a, p)
		}
		if has {
			first := len(panels) == 0
			panels = append(panels, func() *plot.Plot { return pairedPanel(arms, p, unit, first) })
		}
	}
	marks := pairedMarks(drawing.StyleOf(1, 0))
	legend := []drawing.Entry{{Text: names[0], Swatch: drawing.Swatch{Mark: marks[0]}}, {Text: names[1], Swatch: drawing.Swatch{Mark: marks[1]}}}
	f.drawn(panels, len(panels), 0, legend)
	f.Width = drawing.TwoColumns
	f.Height = vg.Points(float64(46+10*len(arms))) + drawing.LegendHeight(legend, f.Width)
	return f
}

// pairedMarks are a filled and a hollow circle in a style's colour.
func pairedMarks(st drawing.Style) [2]draw.GlyphStyle {
	return [2]draw.GlyphStyle{
		{Color: st.Color, Radius: vg.Points(1.8), Shape: draw.CircleGlyph{}}, {Color: st.Color, Radius: vg.Points(3.2), Shape: draw.RingGlyph{}},
	}
}

func pairedPanel(arms []*Arm, pair pairing, unit string, first bool) *plot.Plot {
	p := drawing.NewPanel(pair.title, unit, "", drawing.TextSize)
	drawing.LightGrid(p)
	var at []float64
	var labels []string
	low, high := math.Inf(1), math.Inf(-1)
	for i, a := range arms {
		y := float64(len(arms) - 1 - i)
		at, labels = append(at, y), append(labels, " ")
		if first {
			labels[i] = drawing.Shorten(a.Label, 34)
		}
		filled, hollow := stats.Estimated(a.over(pair.filled)), stats.Estimated(a.over(pair.hollow))
		if filled.N == 0 || hollow.N == 0 {
			continue
		}
		low, high = min(low, filled.Mean, hollow.Mean), max(high, filled.Mean, hollow.Mean)
		marks := pairedMarks(a.style)
		drawing.AddLine(p, plotter.XYs{{X: filled.Mean, Y: y}, {X: hollow.Mean, Y: y}}, draw.LineStyle{Color: drawing.Faded(a.style.Color, 130), Width: vg.Points(1.6)})
		drawing.AddMarks(p, plotter.XYs{{X: hollow.Mean, Y: y}}, marks[1])
		drawing.AddMarks(p, plotter.XYs{{X: filled.Mean, Y: y}}, marks[0])
	}
	p.Y.Min, p.Y.Max = -0.6, float64(len(arms))-0.4
	p.Y.Tick.Marker = drawing.Ticks(at, labels)
	if pair.low < pair.high {
		drawing.PercentAxis(&p.X)
		return p
	}
	margin := max(1, 0.08*(high-low))
	p.X.Min, p.X.Max = low-margin, high+margin
	p.X.Tick.Marker = drawing.WholeTicks(p.X.Min, p.X.Max)
	return p
}

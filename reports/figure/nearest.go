package figure

import (
	"fmt"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"protobench/metrics/geometry"
	"protobench/metrics/uniqueness"
	"protobench/reports/drawing"
)

// nearestFigure shows how near prototypes are to their neighbours over training, before a threshold
// counts them as one.
func (s *Sweep) nearestFigure() (Figure, error) {
	f := Figure{Name: "nearest_cosine_over_training", Optional: true, Missing: "no run has probes of the prototypes' neighbours"}
	f.Title = "Cosine to the nearest prototype over training"
	var all [3]curves
	for i, q := range []string{"p05", "median", "p95"} {
		var err error
		if all[i], err = s.probed("nearest_cosine." + q); err != nil {
			return f, err
		}
	}
	f.Short = s.unmeasured(all[1])
	arms := s.withData(all[1].drawn)
	if len(arms) == 0 {
		return f, nil
	}
	f.Caption = fmt.Sprintf("Cosine of a prototype to the nearest other one over training (log of 1 + step): median over the prototypes as a line, from the 5 %% to the 95 %% quantile as a band, means over seeds. "+
		"The dashed line is the cosine at which two prototypes count as one (1 − ε, ε = %s). Collapse is a line that climbs to it: the median shows when half of the prototypes have a near copy, well before counts at a threshold move.", uniqueness.EpsilonText(smallest()))
	l := s.layout.with(all[1].drawn)
	direct := l.direct()
	var legend []drawing.Entry
	if !direct {
		legend = s.legend(arms, true, 0)
	}
	f.drawn(l.panels(func(t tile) *plot.Plot { return nearestPanel(t, all, direct) }), l.columns, 0.85, legend)
	return f, nil
}

func nearestPanel(t tile, all [3]curves, direct bool) *plot.Plot {
	p := drawing.NewPanel(t.title, "training step", "cosine to the nearest prototype", drawing.TextSize)
	all[1].axes(p)
	p.Y.Min, p.Y.Max = 0, 1.02
	p.Y.Tick.Marker = drawing.Ticks([]float64{0, 0.2, 0.4, 0.6, 0.8, 1}, []string{"0", "0.2", "0.4", "0.6", "0.8", "1"})
	for _, a := range t.arms {
		low, top := all[0].of(a, ""), all[2].of(a, "")
		if low.Drawn() && len(low.Mean) == len(top.Mean) {
			drawing.Curve{Steps: low.Steps, Low: low.Mean, Top: top.Mean}.AddArea(p, drawing.Faded(a.style.Color, 36))
			p.Y.Min = min(p.Y.Min, slices.Min(low.Mean))
		}
	}
	near := draw.LineStyle{Color: drawing.Grey(), Width: vg.Points(0.7), Dashes: []vg.Length{2.5, 2}}
	drawing.AddLine(p, plotter.XYs{{X: p.X.Min, Y: 1 - smallest()}, {X: p.X.Max, Y: 1 - smallest()}}, near)
	for _, a := range t.arms {
		all[1].of(a, "").AddLine(p, a.style.Line())
	}
	if direct {
		p.Add(all[1].ends(t.arms))
	}
	return p
}

// Bins of the histogram of nearest cosines.
const (
	cosineBins = 48
	cosineFrom = -0.2
)

// cosineFigure sets how prototypes lie beside how directions without any order would.
func (s *Sweep) cosineFigure() Figure {
	f := Figure{Name: "nearest_cosine_histogram"}
	f.Title = "Nearest-neighbour cosines against chance"
	arms, note := few(s.withData(func(a *Arm) bool { return a.First != nil && a.First.Vectors.Rows > 1 }))
	f.Short = s.unstored(func(a *Arm) bool { return a.First == nil })
	f.Caption = "Histogram of the cosine of each prototype of the first seed to its nearest other one (blue, percent of the prototypes in a bin, cut off at 30 % with the highest written in), over what as many independent random directions of the same dimension would show (grey area). " +
		"Collapse is mass at the right end, far from the grey; all mass right of the grey without any at 1 is a common offset, or prototypes that crowd without being copies. Prototypes in the grey are as spread as chance, which those that never moved are too." + note
	if len(arms) == 0 {
		f.Missing = "no run has stored prototypes yet"
		return f
	}
	panels, columns := multiples(arms, 4, cosinePanel)
	f.drawn(panels, columns, 0.78, []drawing.Entry{
		{Text: "prototypes", Swatch: drawing.Swatch{Patch: drawing.Palette()[1]}}, {Text: "random directions", Swatch: drawing.Swatch{Patch: isotropicGrey()}},
	})
	return f
}

func cosinePanel(a *Arm) *plot.Plot {
	const cut = 30 // % of the prototypes
	p := drawing.NewPanel(drawing.Shorten(a.Label, 30), "cosine to the nearest", "prototypes, %", drawing.TextSize-0.5)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = cosineFrom, 1, 0, cut
	p.X.Tick.Marker = drawing.Ticks([]float64{0, 0.5, 1}, []string{"0", "0.5", "1"})
	p.Y.Tick.Marker = drawing.Ticks([]float64{0, 10, 20, 30}, []string{"0", "10", "20", "30"})
	var edges []float64
	for i := range cosineBins + 1 {
		edges = append(edges, cosineFrom+(1-cosineFrom)*float64(i)/cosineBins)
	}
	shares := nearestShares(a.First, edges)
	if chance, ok := geometry.NearestIsotropic(a.First.Vectors.Rows, a.First.Vectors.Cols, edges); ok {
		drawing.AddSteps(p, edges, scaled(chance, 100, cut), isotropicGrey(), drawing.Grey())
	}
	blue := drawing.Palette()[1]
	drawing.AddSteps(p, edges, scaled(shares, 100, cut), drawing.Faded(blue, 110), blue)
	if v := slices.Max(shares); 100*v > cut {
		p.Add(drawing.Note{Text: fmt.Sprintf("up to %.0f %%", 100*v), X: float64(slices.Index(shares, v))/cosineBins - 0.02, Y: 0.98, Size: 5.5})
	}
	return p
}

// nearestShares are the shares of the prototypes by their nearest cosine's bin.
func nearestShares(p *Stored, edges []float64) []float64 {
	shares := make([]float64, len(edges)-1)
	n := 0
	nearest := geometry.NearestOf(nil, p.Vectors)
	for i, j := range nearest.Index {
		if j < 0 {
			continue
		}
		n++
		b := int((nearest.Cosine[i] - edges[0]) / (edges[1] - edges[0]))
		shares[min(len(shares)-1, max(0, b))]++
	}
	return scaled(shares, 1/float64(max(1, n)), 1)
}

func scaled(values []float64, by, cut float64) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = min(cut, v*by)
	}
	return out
}

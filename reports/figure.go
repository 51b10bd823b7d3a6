package reports

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"

	"protobench/reports/drawing"
)

// figure is one picture of the report. Draw is nil when there is nothing to show, and missing says
// why. short says what Draw would leave out that an earlier report may have had.
type figure struct {
	drawing.Picture
	name     string // file name without ending
	title    string
	caption  string // how to read it and what collapse looks like
	missing  string
	short    string // empty where nothing is left out
	kept     bool   // an earlier report's picture stands in the folder, as this one has less to show
	optional bool   // not worth a word when there is nothing to draw
}

// armLegend lists each style once, as the panels of all objectives use it; a mark of
// radius 0 and a missing line are left away.
func (s *sweep) armLegend(arms []*arm, line bool, mark vg.Length) *plot.Legend {
	l := drawing.NewLegend(9)
	for _, a := range s.firstOfLabel(arms) {
		var sw drawing.Swatch
		if line {
			sw.Line = a.style.Line()
		}
		if mark > 0 {
			sw.Mark = a.style.Mark(mark)
		}
		l.Add(s.legendLabel(a), sw)
	}
	return l
}

// firstOfLabel returns the first arm of each legend label.
func (s *sweep) firstOfLabel(arms []*arm) []*arm {
	var out []*arm
	seen := map[string]bool{}
	for _, a := range arms {
		if label := s.legendLabel(a); !seen[label] {
			seen[label] = true
			out = append(out, a)
		}
	}
	return out
}

// panelSize fits the panels of all objectives and the legend beside them.
func (s *sweep) panelSize(arms []*arm) (width, height vg.Length) {
	var labels []string
	for _, a := range s.firstOfLabel(arms) {
		labels = append(labels, s.legendLabel(a))
	}
	return drawing.PanelsSize(s.panelColumns(), s.panelRows(), labels)
}

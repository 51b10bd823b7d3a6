package figure

import (
	"strings"

	"gonum.org/v1/plot/vg/draw"

	"protobench/reports/drawing"
)

// Figure is one picture of the report. Draw is nil when there is nothing to show, and Missing says
// why. Short says what Draw would leave out that an earlier report may have had.
type Figure struct {
	drawing.Picture
	Name     string // file name without ending
	Caption  string // how to read it and what collapse looks like
	Missing  string
	Short    string // empty where nothing is left out
	Optional bool   // not worth a word when there is nothing to draw
}

// All makes all figures in the order of the page.
func All(s *Sweep) ([]Figure, error) {
	s.settle()
	var out []Figure
	for _, make := range []func(*Sweep) (Figure, error){
		always((*Sweep).epsilonFigure), (*Sweep).trainingFigure, (*Sweep).shadowFigure, always((*Sweep).circleFigure), always((*Sweep).accuracyFigure), always((*Sweep).accuraciesFigure),
		always((*Sweep).usageFigure), always((*Sweep).axesFigure), always((*Sweep).phaseFigure), (*Sweep).onePathFigure,
		always((*Sweep).centredFigure), always((*Sweep).cosineFigure), (*Sweep).nearestFigure, (*Sweep).gradientFigure, (*Sweep).lossFigure, (*Sweep).mergeFigure,
		always((*Sweep).branchFigure), always((*Sweep).tailFigure),
	} {
		f, err := make(s)
		if err != nil {
			return nil, err
		}
		f.describe()
		out = append(out, f)
	}
	return out, nil
}

// always is a figure that reads no further file.
func always(f func(*Sweep) Figure) func(*Sweep) (Figure, error) {
	return func(s *Sweep) (Figure, error) { return f(s), nil }
}

// describe takes the caption, without its marks, as the alternative text where there is none.
func (f *Figure) describe() {
	if f.Alt == "" {
		f.Alt = strings.ReplaceAll(f.Caption, "**", "")
	}
}

// Why says why the figure is not drawn, or not renewed.
func (f *Figure) Why() string {
	if f.Short != "" {
		return f.Short
	}
	return f.Missing
}

// drawn gives a figure its picture: panels row by row under a legend.
func (f *Figure) drawn(panels []panel, columns int, ratio float64, legend []drawing.Entry) {
	rows := (len(panels) + columns - 1) / columns
	f.Width, f.Height = drawing.Size(columns, rows, ratio, legend)
	f.Draw = func(c draw.Canvas) { drawing.DrawPanels(c, plots(panels), columns, legend) }
}

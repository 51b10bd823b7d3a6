package drawing

import (
	"gonum.org/v1/plot/vg"
)

// Widths of figures: one column of a paper of two columns, and both of them.
const (
	OneColumn  = 252 * vg.Length(1)
	TwoColumns = 516 * vg.Length(1)
)

// Sizes of type, in points at the figures' own widths.
const (
	TextSize  = 7.5 // axes' labels; titles are larger, ticks' labels smaller
	SmallSize = 6.5 // texts within panels
)

// Width is that of a figure of so many columns of panels: one column of a paper holds one panel.
func Width(columns int) vg.Length {
	if columns < 2 {
		return OneColumn
	}
	return TwoColumns
}

// Size fits rows and columns of panels, each as high as a share of its width says, under a legend.
func Size(columns, rows int, ratio float64, legend []Entry) (width, height vg.Length) {
	width = Width(columns)
	room := width / vg.Length(max(1, columns))
	panel := max(vg.Points(112), vg.Length(float64(room)*ratio))
	return width, vg.Length(panel*vg.Length(max(1, rows))) + LegendHeight(legend, width) + vg.Points(6)
}

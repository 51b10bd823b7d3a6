package reports

import (
	"slices"

	"protobench/reports/drawing"
)

// styleArms gives variants their colours and places on the axes their dashes, in the plan's order.
// Objectives have panels of their own, so "swav+gmm" and "dino+gmm" share a style.
func (s *sweep) styleArms() {
	var variants, places []string
	varying := s.varyingAxes()
	for _, a := range s.trained() {
		kind := position(&variants, variant(a.cell))
		place := position(&places, axesText(a.cell, varying))
		a.style = drawing.StyleOf(kind, place)
	}
}

// position returns where a name stands in the list, appending it if need be.
func position(names *[]string, name string) int {
	if i := slices.Index(*names, name); i >= 0 {
		return i
	}
	*names = append(*names, name)
	return len(*names) - 1
}

package drawing

import (
	"gonum.org/v1/plot/plotter"
)

// HeatMap draws a density in the plane as a map of colours from white (0) to near black (top and
// beyond).
func HeatMap(density Plane, top float64) *plotter.HeatMap {
	h := plotter.NewHeatMap(density, heatColors{})
	h.Min, h.Max = 0, top
	h.Rasterized = true
	h.Overflow = h.Palette.Colors()[len(h.Palette.Colors())-1]
	return h
}

// Plane is a function on a square of Cells × Cells around the origin.
type Plane struct {
	Values []float64 // [Cells × Cells], row by row from the lowest
	Cells  int       // along a side
	Extent float64   // from the origin to a side
}

// Dims implements plotter.GridXYZ.
func (g Plane) Dims() (columns, rows int) { return g.Cells, g.Cells }

// Z implements plotter.GridXYZ.
func (g Plane) Z(c, r int) float64 { return g.Values[r*g.Cells+c] }

// X implements plotter.GridXYZ: the middle of a column.
func (g Plane) X(c int) float64 {
	return -g.Extent + (float64(c)+0.5)*2*g.Extent/float64(g.Cells)
}

// Y implements plotter.GridXYZ: the middle of a row.
func (g Plane) Y(r int) float64 { return g.X(r) }

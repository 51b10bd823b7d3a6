package figure

import (
	"math"
	"slices"
)

// numericAxes are the axes with more than one value, all of them numbers.
func (s *Sweep) numericAxes() []string {
	return slices.DeleteFunc(slices.Clone(s.Axes), func(axis string) bool {
		return slices.ContainsFunc(s.Arms, func(a *Arm) bool {
			v, has := a.Cell.Axes[axis]
			_, number := v.(float64)
			return has && !number
		})
	})
}

// pathAxis is the axis of numbers with the most values, along which the settings of a method are
// joined; "" where there is none.
func (s *Sweep) pathAxis() string {
	best, most := "", 1
	for _, axis := range s.numericAxes() {
		if n := len(s.axisValues(axis)); n > most {
			best, most = axis, n
		}
	}
	return best
}

// axisValues are an axis's values in ascending order.
func (s *Sweep) axisValues(axis string) []float64 { return valuesOf(s.Arms, axis) }

// valuesOf are the values that some arms have on an axis, in ascending order.
func valuesOf(arms []*Arm, axis string) []float64 {
	var out []float64
	for _, a := range arms {
		if v, ok := a.Cell.Axes[axis].(float64); ok && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	slices.Sort(out)
	return out
}

// axisPlaces puts values on a logarithmic scale where they span a factor of 8 or more.
func axisPlaces(values []float64) func(float64) float64 {
	if values[0] > 0 && values[len(values)-1] >= 8*values[0] {
		return math.Log2
	}
	return func(v float64) float64 { return v }
}

package metric

import "math"

// ShownOf is the metric's value out of many, as people read it (see [Unit.Shown]); NaN where there
// is none.
func (s Spec) ShownOf(all map[string]float64, k int) float64 {
	v, ok := all[s.Key]
	if !ok {
		return math.NaN()
	}
	return s.Unit.Shown(v, k)
}

// Shows is the title with the unit that the values are shown in.
func (s Spec) Shows() string {
	switch {
	case s.Unit.Percent():
		return s.Title() + " %"
	case s.Unit == Radians:
		return s.Title() + ", rad"
	}
	return s.Title()
}

// Misleads reports whether the value that a totally collapsed run has means nothing: what is counted
// by the argmax over its scores can look better than that of a healthy one.
func (s Spec) Misleads(collapsed bool) bool { return collapsed && s.Of == OfPrototypes && !s.Telling }

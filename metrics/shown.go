package metrics

import "math"

// Shown is a value as tables and figures show it: counts of prototypes as a share of K and shares in
// percent, anything else as it is. NaN where a share is of an unknown K.
func (s Spec) Shown(v float64, k int) float64 {
	switch {
	case s.Unit == CountOfK && k < 1:
		return math.NaN()
	case s.Unit == CountOfK:
		return 100 * v / float64(k)
	case s.Unit.Percent():
		return 100 * v
	}
	return v
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

package figure

import "image/color"

// Look is what tells an arm apart in figures.
type Look struct {
	Name  string // in legends
	Color color.NRGBA
}

// Looks are those of the sweep's arms, in their order.
func Looks(s *Sweep) []Look {
	s.settle()
	out := make([]Look, len(s.Arms))
	for i, a := range s.Arms {
		out[i] = Look{a.name, a.style.Color}
	}
	return out
}

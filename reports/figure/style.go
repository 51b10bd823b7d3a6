package figure

import (
	"slices"
	"strings"

	"protobench/harness/store"
	"protobench/reports/drawing"
)

// variant is a method's name without its objective: what the arms of different objectives have in
// common. "swav+gmm" and "dino+gmm" are both "+gmm", the plain arms their learner.
func variant(c store.Cell) string {
	rest, ok := strings.CutPrefix(c.Method, c.Objective)
	switch {
	case !ok || c.Objective == "":
		return c.Method
	case rest == "" && c.Learner == c.Objective:
		return bound
	case rest == "":
		return c.Learner
	}
	return strings.TrimSpace(rest)
}

// bound are the plain arms of objectives that own their prototypes.
const bound = "bound"

// kept are the kinds of the palette that stay with variants of these names in every sweep, so that
// figures of different ones can be laid side by side.
func kept() map[string]int {
	return map[string]int{"joint": 0, "+gmm": 1, "+gmm-bare": 6, "+frozen": 3, "+kp": 4, "+centred+reseed": 5, bound: 2}
}

// kinds numbers the sweep's variants for the palette: those that keep a colour, and the others in the
// plan's order, each with the first that no variant of its objectives has.
func (s *Sweep) kinds() map[string]int {
	out := map[string]int{}
	for _, a := range s.Arms {
		if kind, keeps := kept()[variant(a.Cell)]; keeps {
			out[variant(a.Cell)] = kind
		}
	}
	for _, a := range s.Arms {
		name := variant(a.Cell)
		if _, has := out[name]; has {
			continue
		}
		taken := map[int]bool{}
		for _, b := range s.beside(name) {
			if kind, has := out[b]; has {
				taken[kind] = true
			}
		}
		kind := 0
		for taken[kind] {
			kind++
		}
		out[name] = kind
	}
	return out
}

// beside are the variants of the objectives that have a variant.
func (s *Sweep) beside(name string) []string {
	var out []string
	for _, a := range s.Arms {
		if variant(a.Cell) != name {
			continue
		}
		for _, b := range s.Arms {
			if b.Cell.Objective == a.Cell.Objective {
				out = append(out, variant(b.Cell))
			}
		}
	}
	return out
}

// styleArms gives arms what tells them apart within a panel: their variant's style, or that of their
// place on the axis that colours show.
func (s *Sweep) styleArms() {
	s.kindOf = s.kinds()
	values := s.axisTexts(s.layout.coloured)
	for _, a := range s.Arms {
		a.style, a.name = drawing.StyleOf(s.kindOf[variant(a.Cell)], 0), s.nameOf(a)
		v, has := a.Cell.Axes[s.layout.coloured]
		if s.layout.coloured != "" && has {
			a.style = drawing.OrderedStyle(slices.Index(values, store.FormatAxis(v)), len(values))
			a.name = s.Place(a.Cell, []string{s.layout.coloured})
		}
	}
}

// nameOf names an arm in legends by its variant; where all panels are of one objective, by its
// method.
func (s *Sweep) nameOf(a *Arm) string {
	if len(s.objectives) < 2 {
		return a.Cell.Method
	}
	return variant(a.Cell)
}

// axisTexts are an axis's values in ascending order where they are numbers, else in the plan's.
func (s *Sweep) axisTexts(axis string) []string {
	var values []any
	for _, a := range s.Arms {
		if v, has := a.Cell.Axes[axis]; has && !slices.Contains(values, v) {
			values = append(values, v)
		}
	}
	slices.SortStableFunc(values, func(a, b any) int {
		x, first := a.(float64)
		y, second := b.(float64)
		switch {
		case first && second && x < y:
			return -1
		case first && second && x > y:
			return 1
		}
		return 0
	})
	var out []string
	for _, v := range values {
		out = append(out, store.FormatAxis(v))
	}
	return out
}

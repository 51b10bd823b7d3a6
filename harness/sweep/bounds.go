package sweep

import (
	"fmt"
	"strings"

	"protobench/internal/setting"
)

// A sweep may come from anywhere, and a few bytes can ask for more memory than there is. No sweep
// that a person writes comes near these.
const (
	longestFile = 64 << 10 // bytes; the longest that is shipped has 4,000
	deepest     = 64       // arrays and tables in one another, and parts of a key
	mostArms    = 10_000   // each takes some 30 KiB to plan
	mostCells   = 100_000  // arms times seeds
	mostIssues  = 100      // that are told at once
)

// boundless is what is wrong with a text that is too long or too deep to be read, and its line; false
// for nothing.
func boundless(text string) (e setting.KeyError, line int, wrong bool) {
	if len(text) > longestFile {
		expected := fmt.Sprintf("expected %d at most", longestFile)
		return setting.KeyError{Found: fmt.Sprintf("the file has %d bytes", len(text)), Expected: expected, Remedy: "is it a sweep? write lists of values under [matrix]"}, 0, true
	}
	open, dots := 0, 0
	for i := range len(text) {
		switch text[i] {
		case '[', '{':
			open, dots = open+1, 0
		case ']', '}':
			open, dots = max(open-1, 0), 0
		case '.':
			dots++
		case ',', '=', '\n':
			dots = 0
		}
		if open > deepest || dots > deepest {
			expected := fmt.Sprintf("expected %d levels at most", deepest)
			return setting.KeyError{Found: "brackets, or parts of a key, in one another without end", Expected: expected}, 1 + strings.Count(text[:i], "\n"), true
		}
	}
	return e, 0, false
}

// full reports whether enough issues were found to tell.
func (p *parser) full() bool { return len(p.issues) >= mostIssues }

// countless reports, and tells, whether arms, rows and their seeds are more cells than can be planned.
func (p *parser) countless(all []method, rows []string, axes []axis, seeds int) bool {
	arms := 0.0
	for _, kind := range rows {
		arms += product(axes, func(x axis) bool { return x.readBy(kind) })
	}
	for _, m := range all {
		arms += product(axes, func(x axis) bool { return x.covers(m.composition) })
	}
	switch cells := arms * float64(seeds); {
	case arms > mostArms:
		p.report("matrix", "matrix", fmt.Sprintf("%.0f arms with the reference rows", arms), fmt.Sprintf("expected %d at most", mostArms), "give fewer values, or write several sweeps")
	case cells > mostCells:
		p.report("seeds", "seeds", fmt.Sprintf("%.0f cells", cells), fmt.Sprintf("expected %d at most", mostCells), "give fewer seeds, or write several sweeps")
	default:
		return false
	}
	return true
}

// product counts the combinations of some axes' values.
func product(axes []axis, of func(axis) bool) float64 {
	n := 1.0
	for _, x := range axes {
		if of(x) {
			n *= float64(len(x.values))
		}
	}
	return n
}

package claim

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"protobench/harness/store"
	"protobench/reports/quantity"
	"protobench/stats"
)

// Formula writes what is summed: "swav+gmm − swav".
func Formula(c store.Claim) string {
	var b strings.Builder
	terms := slices.Clone(c.Contrast)
	slices.SortStableFunc(terms, func(x, y store.ClaimTerm) int { // what counts positive first
		return cmp.Compare(math.Copysign(1, y.Weight), math.Copysign(1, x.Weight))
	})
	for i, t := range terms {
		switch {
		case t.Weight < 0:
			b.WriteString("− ")
		case i > 0:
			b.WriteString("+ ")
		}
		if a := math.Abs(t.Weight); a != 1 {
			fmt.Fprintf(&b, "%.3g·", a)
		}
		b.WriteString(termText(t) + " ")
	}
	if c.Against != 0 {
		fmt.Fprintf(&b, "− %g ", c.Against)
	}
	return strings.TrimSpace(b.String())
}

// termText writes a term as sweeps do.
func termText(t store.ClaimTerm) string {
	out := t.Arm
	if t.Observer != "" {
		out += "/" + t.Observer
	}
	if t.At != 1 {
		out += fmt.Sprintf("@%g", t.At)
	}
	return out
}

// Measured says what is measured of the formula.
func Measured(c store.Claim) string {
	out := quantity.Of(c.Metric).WithUnit()
	switch {
	case len(c.Step) == 2:
		out += fmt.Sprintf(" gained from %s = %s to %s", c.Slope, store.FormatAxis(c.Step[0]), store.FormatAxis(c.Step[1]))
	case c.PerLog2:
		out += " by a doubling of " + c.Slope
	case c.Slope != "":
		out += " by one of " + c.Slope
	}
	for _, path := range slices.Sorted(maps.Keys(c.Where)) {
		out += fmt.Sprintf(", %s = %s", path, store.FormatAxis(c.Where[path]))
	}
	if c.Collapsed != nil {
		out += fmt.Sprintf(", %s where a run collapsed totally", quantity.Of(c.Metric).Number(*c.Collapsed))
	}
	return out
}

// Expected says what the claim expects of it.
func Expected(c store.Claim) string {
	switch effect := quantity.Of(c.Metric).Number(c.Effect); {
	case c.Direction == stats.None:
		return "within ±" + effect
	case c.Effect == 0 && c.Direction == stats.More:
		return "above 0"
	case c.Effect == 0:
		return "below 0"
	case c.Direction == stats.More:
		return "at least +" + effect
	default:
		return "at most −" + effect
	}
}

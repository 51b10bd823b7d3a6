package cli

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// opCost is the time of all operations of one kind in a step.
type opCost struct {
	Kind  string  `json:"kind"`
	MS    float64 `json:"ms"`    // mean over the steps
	Share float64 `json:"share"` // of the mean step, 0..1
}

// costs are the kinds of operations by what they took between two moments, the dearest first. What
// steps took besides, with the optimizer, is "update and the rest".
func costs(before, after map[string]time.Duration, samples []float64) []opCost {
	var all []opCost
	seconds := 0.0
	for _, s := range samples {
		seconds += s
	}
	rest := seconds
	add := func(kind string, s float64) {
		all = append(all, opCost{kind, 1000 * s / float64(len(samples)), s / seconds})
	}
	for _, kind := range slices.Sorted(maps.Keys(after)) {
		s := (after[kind] - before[kind]).Seconds()
		rest -= s
		add(kind, s)
	}
	add("update and the rest", rest)
	slices.SortStableFunc(all, func(a, b opCost) int { return cmp.Compare(b.MS, a.MS) })
	return all
}

// opsText leaves out what takes less than a thousandth.
func opsText(all []opCost) string {
	var b strings.Builder
	for _, c := range all {
		if c.Share >= 0.001 {
			fmt.Fprintf(&b, "  %-26s %9.3f ms  %5.1f %%\n", c.Kind, c.MS, 100*c.Share)
		}
	}
	return b.String()
}

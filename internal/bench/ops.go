package bench

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"protobench/methods"
)

// opCost is the time of all operations of one kind in a step.
type opCost struct {
	Kind  string  `json:"kind"`
	MS    float64 `json:"ms"`    // mean over the steps
	Share float64 `json:"share"` // of the mean step, 0..1
}

// restKind is what steps take outside of their graphs.
const restKind = "update and the rest"

// costs are the kinds of operations by what they took between two moments, the dearest first. What
// steps took besides, with the optimizer, is "update and the rest".
func costs(before, after []methods.Operation, samples []float64) []opCost {
	var all []opCost
	seconds := total(samples)
	rest, at := seconds, map[string]int{}
	for i, o := range after {
		n, known := at[o.Kind]
		if !known {
			n, at[o.Kind] = len(all), len(all)
			all = append(all, opCost{Kind: o.Kind})
		}
		s := (o.Spent - before[i].Spent).Seconds()
		all[n].MS += s
		rest -= s
	}
	all = append(all, opCost{Kind: restKind, MS: rest})
	for i := range all {
		s := all[i].MS
		all[i].MS, all[i].Share = 1000*s/float64(len(samples)), s/seconds
	}
	slices.SortStableFunc(all, func(a, b opCost) int { return cmp.Compare(b.MS, a.MS) })
	return all
}

func total(samples []float64) (sum float64) {
	for _, s := range samples {
		sum += s
	}
	return sum
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

package sweep

import (
	"fmt"
	"slices"
	"strings"

	"protobench/datasets"
	"protobench/metrics/metric"
	"protobench/metrics/probe"
)

// ofTail says what a long tail leaves of a set, which parts of its classes accuracies are told apart
// by, and what probes learn from; "" for a set without one.
func ofTail(set *datasets.Set, by metric.TailBy) string {
	if !set.Tailed() {
		return ""
	}
	counts := set.Train.Counts(set.Classes)
	present := slices.DeleteFunc(slices.Clone(counts), func(n int) bool { return n == 0 })
	labelled := 0
	for _, n := range present {
		labelled += n
	}
	text := fmt.Sprintf("long tail: %d labelled training images of %d classes, %d to %d a class", labelled, len(present), slices.Max(present), slices.Min(present))
	if labelled != set.Probe.Len() {
		text = fmt.Sprintf("long tail: %d of %d labelled training images of %d classes remain, %d to %d a class",
			labelled, set.Probe.Len(), len(present), slices.Max(present), slices.Min(present))
	}
	if parts, ok := probe.TailOf(counts, by); ok {
		text += fmt.Sprintf("; head: %s; medium: %s; tail: %s", labels(parts.Head), labels(parts.Medium), labels(parts.Tail))
	}
	if labelled != set.Probe.Len() {
		return text + fmt.Sprintf("; probes learn from all %d", set.Probe.Len())
	}
	return text + "; probes learn from the same images"
}

// labels writes a part of the classes, in their order; neighbours as a span.
func labels(part []int) string {
	if len(part) == 0 {
		return "no class"
	}
	sorted := slices.Sorted(slices.Values(part))
	var out []string
	for from := 0; from < len(sorted); {
		to := from
		for to+1 < len(sorted) && sorted[to+1] == sorted[to]+1 {
			to++
		}
		span := fmt.Sprint(sorted[from])
		if to > from {
			span = fmt.Sprintf("%d–%d", sorted[from], sorted[to])
		}
		out = append(out, span)
		from = to + 1
	}
	return "classes " + strings.Join(out, ", ")
}

package across

import (
	"fmt"
	"slices"
	"strings"

	"protobench/internal/setting"
	"protobench/metrics/metric"
)

// protocols says why numbers of the two sides do not answer one question: a metric that one side
// alone has, other data, another length of training, another way of counting.
func protocols(pairs []pair, specs []metric.Spec, found []Difference) []string {
	var out []string
	for _, s := range specs {
		var ofA, ofB bool
		for _, p := range pairs {
			ofA, ofB = ofA || measured(p.a, s.Key), ofB || measured(p.b, s.Key)
		}
		switch {
		case ofA && !ofB:
			out = append(out, s.Key+": the second has no such metric"+insteadOf(s.Key, pairs, func(p pair) *arm { return p.b }))
		case ofB && !ofA:
			out = append(out, s.Key+": the first has no such metric"+insteadOf(s.Key, pairs, func(p pair) *arm { return p.a }))
		}
	}
	for _, d := range found {
		if slices.Contains(protocolKeys(), d.Key) {
			out = append(out, fmt.Sprintf("%s: %s and %s%s", d.Key, d.A, d.B, d.where()))
		}
	}
	return out
}

// protocolKeys are the differences that make numbers incomparable.
func protocolKeys() []string {
	return []string{dataKey, "train.epochs", "evaluate.usage_images", "evaluate.tail_parts"}
}

// where names the arms of a difference that not all have.
func (d Difference) where() string {
	if len(d.Arms) == 0 {
		return ""
	}
	return " (" + strings.Join(d.Arms, ", ") + ")"
}

// measured tells whether a finished run of an arm has the metric, defined or not.
func measured(a *arm, key string) bool {
	for _, c := range a.runs {
		_, has := c.Result.Metrics[key]
		if _, undefined := c.Result.Undefined[key]; has || undefined {
			return true
		}
	}
	return false
}

// insteadOf names the metrics of the same name with another protocol.
func insteadOf(key string, pairs []pair, of func(pair) *arm) string {
	var others []string
	for _, p := range pairs {
		for _, other := range keysOf(of(p)) {
			if nameOf(other) == nameOf(key) && !slices.Contains(others, other) {
				others = append(others, other)
			}
		}
	}
	if len(others) == 0 {
		return ""
	}
	return " (but " + strings.Join(others, ", ") + ")"
}

// nameOf is a metric's key without its protocol.
func nameOf(key string) string {
	name, _, _ := strings.Cut(key, "@")
	return name
}

// keysOf are the metrics of an arm's finished runs, sorted.
func keysOf(a *arm) []string {
	var out []string
	for _, c := range a.runs {
		for key := range c.Result.Metrics {
			if !slices.Contains(out, key) {
				out = append(out, key)
			}
		}
	}
	slices.Sort(out)
	return out
}

// checkKeys refuses a metric that neither side has.
func checkKeys(keys []string, pairs []pair) error {
	var known []string
	for _, p := range pairs {
		for _, key := range append(keysOf(p.a), keysOf(p.b)...) {
			if !slices.Contains(known, key) {
				known = append(known, key)
			}
		}
	}
	for _, key := range keys {
		if !slices.Contains(known, key) {
			return noMetric(key, known)
		}
	}
	return nil
}

func noMetric(key string, known []string) error {
	return fmt.Errorf("no finished cell has a metric %q; %s", key, setting.Suggest(key, known, "see `protobench list metrics`"))
}

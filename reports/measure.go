package reports

import (
	"fmt"
	"math"
	"strings"

	"protobench/harness/store"
	"protobench/stats"
)

// measure is a metric as tables show it: counts of prototypes as a share of K, shares
// and accuracies in percent, anything else as it is.
type measure struct {
	key     string
	percent bool
	ofK     bool
}

// measureOf tells from a metric's key how it is shown.
func measureOf(key string) measure {
	name, _, _ := strings.Cut(key, "@")
	switch name {
	case "unique", "unique_centred", "live_unique", "used":
		return measure{key, true, true}
	case "dead", "nmi":
		return measure{key, true, false}
	}
	return measure{key, strings.HasPrefix(name, "knn") || strings.HasPrefix(name, "linear"), false}
}

func measuresOf(keys ...string) []measure {
	var out []measure
	for _, key := range keys {
		out = append(out, measureOf(key))
	}
	return out
}

// of returns the shown value out of a learner's metrics with K prototypes.
func (m measure) of(metrics store.Metrics, k int) float64 {
	v := lookup(metrics, m.key)
	switch {
	case m.ofK && k < 1:
		return math.NaN()
	case m.ofK:
		return 100 * v / float64(k)
	case m.percent:
		return 100 * v
	}
	return v
}

// over returns the shown values of an arm's counted runs.
func (m measure) over(a *arm) []float64 {
	var out []float64
	for _, r := range a.counted() {
		out = append(out, m.of(r.Result.Metrics, r.k))
	}
	return out
}

// title heads the measure's column.
func (m measure) title() string {
	if m.key == "path" {
		return "path, rad"
	}
	name := strings.ReplaceAll(m.key, "_", "-")
	if i := strings.IndexByte(m.key, '@'); i >= 0 {
		name = strings.ReplaceAll(m.key[:i], "_", "-") + m.key[i:]
	}
	if strings.HasPrefix(m.key, "knn") || strings.Contains(m.key, ".") && !strings.Contains(m.key, "@") {
		name = m.key // a protocol with underscores or a dotted name stands as it is
	}
	if m.percent {
		return name + " %"
	}
	return name
}

// number writes a value with the decimals that suit its unit.
func (m measure) number(v float64) string {
	if math.Abs(v) < rounding {
		v = 0
	}
	if m.percent || m.key == "reseeds" {
		return fmt.Sprintf("%.1f", v)
	}
	if v == 0 {
		return "0"
	}
	switch a := math.Abs(v); {
	case a >= 100:
		return fmt.Sprintf("%.0f", v)
	case a >= 10:
		return fmt.Sprintf("%.1f", v)
	case a >= 0.1:
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.3f", v)
}

// rounding is the size below which a number is what float64 left of 0.
const rounding = 1e-12

// undefined stands in tables where there is no value.
const undefined = "–"

// text writes "mean ± half width", or the mean alone when there is no interval. A
// number of values below the row's own is told.
func (m measure) text(e stats.Estimate, rowN int) string {
	if e.N == 0 {
		return undefined
	}
	s := m.number(e.Mean)
	if !math.IsNaN(e.Half) {
		s += " ± " + m.spread(e)
	}
	if e.N != rowN {
		s += fmt.Sprintf(" (n = %d)", e.N)
	}
	return s
}

// spread gives the half width the mean's decimals.
func (m measure) spread(e stats.Estimate) string {
	mean := m.number(e.Mean)
	decimals := 0
	if i := strings.IndexByte(mean, '.'); i >= 0 {
		decimals = len(mean) - i - 1
	}
	return fmt.Sprintf("%.*f", decimals, e.Half)
}

// signed writes a difference with its interval: "+3.1 [1.0, 5.2]". A number of pairs
// other than the row's own is told.
func (m measure) signed(e stats.Estimate, rowN int) string {
	if e.N == 0 {
		return undefined
	}
	s := strings.Replace(m.number(e.Mean), "-", "−", 1)
	if e.Mean > -rounding {
		s = "+" + s
	}
	if !math.IsNaN(e.Half) {
		low, high := m.number(e.Mean-e.Half), m.number(e.Mean+e.Half)
		s += strings.ReplaceAll(fmt.Sprintf(" [%s, %s]", low, high), "-", "−")
	}
	if e.N != rowN {
		s += fmt.Sprintf(" (n = %d)", e.N)
	}
	return s
}

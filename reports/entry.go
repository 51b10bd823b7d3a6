package reports

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"protobench/reports/table"
	"protobench/stats"
)

// entriesText says what entries over seeds are.
const entriesText = "Entries are means over n seeds with 95 % intervals: [low, high] of shares in percent (Student's, on the logit scale, so that it stays between 0 and 100), ± half the width of Student's of other numbers. " +
	"Of one or two seeds the values themselves stand there, by seed; equal values have no interval."

// cell is the table's value over runs that have final metrics. The rate of collapsed runs stands
// with a mean that they are not in. A counted measure is one of K and is told as a count too.
func (m measure) cell(runs []run, observer string, counted bool) table.Value {
	values, left := make([]float64, len(runs)), 0
	for i, r := range runs {
		values[i] = m.in(r, observer)
		if m.misleads(r) {
			left++
		}
	}
	e := m.estimate(values)
	v := table.Value{Text: m.text(e, len(runs)-left), Estimate: &e}
	if counted && e.N > 0 && left == 0 {
		v.Aside = countText(e, runs[0].k)
	}
	switch {
	case left > 0 && left == len(runs):
		v.Text = fmt.Sprintf("collapsed %d/%d", left, left)
	case left > 0:
		v.Text += fmt.Sprintf(", collapsed %d/%d", left, len(runs))
	}
	return v
}

// estimate summarises shown values over seeds; the interval of shares stays between 0 and 100.
func (m measure) estimate(values []float64) stats.Estimate {
	if m.Unit.Percent() {
		return stats.EstimatedWithin(values, 0, 100)
	}
	return stats.Estimated(values)
}

// difference summarises differences of two shown values. Those of shares lie between −100 and 100,
// and so does what is said of them.
func (m measure) difference(values []float64) stats.Estimate {
	e := stats.Estimated(values)
	if m.Unit.Percent() {
		e.Low, e.High = max(e.Low, -100), min(e.High, 100)
	}
	return e
}

// countText tells percentages of k as counts, with the decimals that give the percentage back.
func countText(e stats.Estimate, k int) string {
	shares := []float64{e.Mean}
	if e.N < stats.Fewest {
		shares = e.Values
	}
	var out []string
	for _, v := range shares {
		count, decimals := v*float64(k)/100, 2
		switch {
		case math.Abs(count-math.Round(count)) < 1e-6:
			decimals = 0
		case k >= 100:
			decimals = 1
		}
		out = append(out, strconv.FormatFloat(count, 'f', decimals, 64))
	}
	return fmt.Sprintf(" (%s of %d)", strings.Join(out, ", "), k)
}

// number writes a value with the decimals that suit its unit.
func (m measure) number(v float64) string { return m.Unit.Text(v) }

// rounding is the size below which a number is what float64 left of 0.
const rounding = 1e-12

// text writes "mean ± half width", for shares "mean [low, high]", the mean alone when there is no
// interval to be shown, and the values where these are too few for one. A number of values below the
// row's own is told.
func (m measure) text(e stats.Estimate, rowN int) string {
	if e.N == 0 {
		return undefined
	}
	s := m.number(e.Mean)
	switch low, high := e.Interval(); {
	case e.N < stats.Fewest && len(e.Values) == e.N:
		s = m.each(e.Values, m.number)
	case math.IsNaN(low), high-low < rounding:
	case m.Unit.Percent():
		d := m.finer(e.Mean, low, high)
		s = fmt.Sprintf("%.*f [%.*f, %.*f]", d, e.Mean, d, low, d, high)
	default:
		d := m.finer(e.Mean, 0, high-e.Mean)
		s = fmt.Sprintf("%.*f ± %.*f", d, e.Mean, d, high-e.Mean)
	}
	return s + fewer(e.N, rowN)
}

// finer is the number of decimals at which an interval has a width: up to two more than its mean's.
func (m measure) finer(mean, low, high float64) int {
	d := m.Unit.Decimals(mean)
	for most := d + 2; d < most && strconv.FormatFloat(low, 'f', d, 64) == strconv.FormatFloat(high, 'f', d, 64); {
		d++
	}
	return d
}

func (m measure) each(values []float64, write func(float64) string) string {
	var out []string
	for _, v := range values {
		out = append(out, write(v))
	}
	return strings.Join(out, ", ")
}

func fewer(n, rowN int) string {
	if n == rowN {
		return ""
	}
	return fmt.Sprintf(" (n = %d)", n)
}

// signed writes a difference with its interval: "+3.1 [1.0, 5.2]", or the differences where they are
// too few for one. A number of pairs other than the row's own is told.
func (m measure) signed(e stats.Estimate, rowN int) string {
	if e.N == 0 {
		return undefined
	}
	if e.N < stats.Fewest && len(e.Values) == e.N {
		return m.each(e.Values, m.withSign) + fewer(e.N, rowN)
	}
	s := m.withSign(e.Mean)
	if low, high := e.Interval(); !math.IsNaN(low) {
		s += fmt.Sprintf(" [%s, %s]", minus(m.number(low)), minus(m.number(high)))
	}
	return s + fewer(e.N, rowN)
}

func (m measure) withSign(v float64) string {
	s := minus(m.number(v))
	if v > -rounding {
		s = "+" + s
	}
	return s
}

// minus writes the sign as what it is.
func minus(number string) string { return strings.Replace(number, "-", "−", 1) }

package quantity

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"protobench/reports/table"
	"protobench/stats"
)

// Estimate summarises shown values over seeds; the interval of shares stays between 0 and 100.
func (q Quantity) Estimate(values []float64) stats.Estimate {
	if q.Unit.Percent() {
		return stats.EstimatedWithin(values, 0, 100)
	}
	return stats.Estimated(values)
}

// Difference summarises differences of two shown values. Those of shares lie between −100 and 100,
// and so does what is said of them.
func (q Quantity) Difference(values []float64) stats.Estimate {
	e := stats.Estimated(values)
	if q.Unit.Percent() {
		e.Low, e.High = max(e.Low, -100), min(e.High, 100)
	}
	return e
}

// CountText tells percentages of k as counts, with the decimals that give the percentage back.
func CountText(e stats.Estimate, k int) string {
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

// Number writes a value with the decimals that suit its unit.
func (q Quantity) Number(v float64) string { return q.Unit.Text(v) }

// Text writes "mean ± half width", for shares "mean [low, high]", the mean alone when there is no
// interval to be shown, and the values where these are too few for one. A number of values below the
// row's own is told.
func (q Quantity) Text(e stats.Estimate, rowN int) string {
	if e.N == 0 {
		return table.Undefined
	}
	s := q.Number(e.Mean)
	switch low, high := e.Interval(); {
	case e.N < stats.Fewest && len(e.Values) == e.N:
		s = q.each(e.Values, q.Number)
	case math.IsNaN(low), high-low < rounding:
	case q.Unit.Percent():
		d := q.finer(e.Mean, low, high)
		s = fmt.Sprintf("%.*f [%.*f, %.*f]", d, e.Mean, d, low, d, high)
	default:
		d := q.finer(e.Mean, 0, high-e.Mean)
		s = fmt.Sprintf("%.*f ± %.*f", d, e.Mean, d, high-e.Mean)
	}
	return s + fewer(e.N, rowN)
}

// finer is the number of decimals at which an interval has a width: up to two more than its mean's.
func (q Quantity) finer(mean, low, high float64) int {
	d := q.Unit.Decimals(mean)
	for most := d + 2; d < most && strconv.FormatFloat(low, 'f', d, 64) == strconv.FormatFloat(high, 'f', d, 64); {
		d++
	}
	return d
}

func (q Quantity) each(values []float64, write func(float64) string) string {
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

// Signed writes a difference with its interval: "+3.1 [1.0, 5.2]", or the differences where they are
// too few for one. A number of pairs other than the row's own is told.
func (q Quantity) Signed(e stats.Estimate, rowN int) string {
	if e.N == 0 {
		return table.Undefined
	}
	if e.N < stats.Fewest && len(e.Values) == e.N {
		return q.each(e.Values, q.withSign) + fewer(e.N, rowN)
	}
	s := q.withSign(e.Mean)
	if low, high := e.Interval(); !math.IsNaN(low) {
		s += fmt.Sprintf(" [%s, %s]", minus(q.Number(low)), minus(q.Number(high)))
	}
	return s + fewer(e.N, rowN)
}

func (q Quantity) withSign(v float64) string {
	s := minus(q.Number(v))
	if v > -rounding {
		s = "+" + s
	}
	return s
}

// minus writes the sign as what it is.
func minus(number string) string { return strings.Replace(number, "-", "−", 1) }

// rounding is the size below which a number is what float64 left of 0.
const rounding = 1e-12

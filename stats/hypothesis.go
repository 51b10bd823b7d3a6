package stats

import "math"

// Direction is what a hypothesis says of a quantity.
type Direction string

// The directions of a hypothesis.
const (
	More Direction = "more" // it is at least the smallest effect that matters
	Less Direction = "less" // it is at most the negative of that
	None Direction = "none" // it lies closer to 0 than that, on either side
)

// Directions lists them.
func Directions() []Direction { return []Direction{More, Less, None} }

// Hypothesis is what was said of a quantity before it was measured.
type Hypothesis struct {
	Direction Direction `json:"direction"`
	Effect    float64   `json:"effect"` // the smallest effect that matters, in the quantity's unit; at least 0, above 0 for None
}

// Verdict is what measured values say of a hypothesis.
type Verdict string

// The verdicts on a hypothesis.
const (
	Supported    Verdict = "supported"
	NotSupported Verdict = "not supported"
	Undecided    Verdict = "undecided"
)

// Judge says what an estimate and its adjusted p (see [SignFlip] and [Holm]) say of a hypothesis.
//
// More and Less are supported where the mean is at least the effect that matters, on their side,
// and p is below [Level]; they are not supported where the whole 95 % t-interval falls short of
// that effect. None is supported where the whole interval lies nearer to 0 than the effect
// (two one-sided tests, Schuirmann 1987, at 2.5 % each) and not supported where the whole interval
// lies beyond it on one side. Everything else is undecided: too few seeds, or too much between
// them.
func Judge(e Estimate, p float64, h Hypothesis) Verdict {
	low, high := e.Mean-e.Half, e.Mean+e.Half
	switch h.Direction {
	case More:
		return judgeMore(e.Mean, high, p, h.Effect)
	case Less:
		return judgeMore(-e.Mean, -low, p, h.Effect)
	}
	switch {
	case -h.Effect < low && high < h.Effect:
		return Supported
	case low > h.Effect || high < -h.Effect:
		return NotSupported
	}
	return Undecided
}

// judgeMore is the rule of [More]; NaN, of too few values, decides nothing.
func judgeMore(mean, high, p, effect float64) Verdict {
	switch {
	case mean >= effect && mean > 0 && p < Level:
		return Supported
	case high < effect:
		return NotSupported
	}
	return Undecided
}

// DetectableEffect is the true mean difference that n pairs of standard deviation sd show in four
// of five experiments, each a two-sided test at [Level] divided by the m tests of its family:
// (t(1−Level/2m, n−1) + t(0.8, n−1))·sd/√n, the t-test's, of which the sign-flip test falls short
// by little. NaN where n pairs can show nothing ([SmallestHolm]) or sd is undefined.
func DetectableEffect(sd float64, n, m int) float64 {
	if n < 2 || SmallestHolm(n, m) >= Level {
		return math.NaN()
	}
	t := studentsT(n - 1)
	return (t.Quantile(1-Level/float64(2*max(m, 1))) + t.Quantile(0.8)) * sd / math.Sqrt(float64(n))
}

// Slope is the least-squares slope of y over x, in y's unit by one of x: NaN for fewer than two
// different x.
func Slope(x, y []float64) float64 {
	mx, my := Mean(x), Mean(y)
	var xx, xy float64
	for i := range x {
		xx += float64((x[i] - mx) * (x[i] - mx))
		xy += float64((x[i] - mx) * (y[i] - my))
	}
	if !(xx > 0) {
		return math.NaN()
	}
	return xy / xx
}

package reports

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"protobench/harness/store"
	"protobench/internal/wording"
	"protobench/reports/quantity"
	"protobench/stats"
)

// finding is a claim of the sweep beside what its runs say of it.
type finding struct {
	claim    store.Claim
	measure  measure
	estimate stats.Estimate // of the contrast at equal seeds, in the measure's unit
	p, holm  float64        // two-sided sign-flip; Holm over the sweep's claims
	verdict  stats.Verdict
	family   int // claims that Holm counts

	collapsed int // runs of the contrast in which the measure misleads
}

// findings judges every claim. Holm's family is exactly the sweep's claims.
func (s *sweep) findings() ([]finding, error) {
	var out []finding
	var p []float64
	for _, c := range s.plan.Claims {
		f := finding{claim: c, measure: measureOf(c.Metric), family: len(s.plan.Claims)}
		values, err := s.contrast(c, f.measure)
		if err != nil {
			return nil, err
		}
		f.estimate, f.p, f.collapsed = stats.Estimated(values), stats.SignFlip(values), s.collapsedIn(c, f.measure)
		out, p = append(out, f), append(p, f.p)
	}
	for i, adjusted := range stats.Holm(p) {
		out[i].holm = adjusted
		out[i].verdict = stats.Judge(out[i].estimate, adjusted, out[i].claim.Hypothesis)
	}
	return out, nil
}

// contrast is the claim's weighted sum at each seed at which all of its arms ended.
func (s *sweep) contrast(c store.Claim, m measure) ([]float64, error) {
	var out []float64
	for _, seed := range s.seeds() {
		sum := -c.Against
		for _, t := range c.Contrast {
			v, err := s.term(c, m, t, seed)
			if err != nil {
				return nil, err
			}
			sum += float64(t.Weight * v)
		}
		out = append(out, sum)
	}
	return stats.Finite(out), nil
}

// seeds lists the plan's.
func (s *sweep) seeds() []uint64 {
	var out []uint64
	for _, a := range s.arms {
		for _, r := range a.runs {
			if seed := r.cell().Seed; !slices.Contains(out, seed) {
				out = append(out, seed)
			}
		}
	}
	slices.Sort(out)
	return out
}

// term is what one arm, or one of its observers, adds at a seed: its value, the mean over axes that
// the claim leaves open, or its slope over an axis. NaN where one of its runs has no value.
func (s *sweep) term(c store.Claim, m measure, t store.ClaimTerm, seed uint64) (float64, error) {
	var x, y []float64
	for _, a := range s.arms {
		if !takes(c, t, a.cell) {
			continue
		}
		v, err := a.valueAt(c, m, t, seed)
		if err != nil {
			return math.NaN(), err
		}
		x, y = append(x, slopeAt(c, a.cell.Axes[c.Slope])), append(y, v)
	}
	if c.Slope != "" {
		return stats.Slope(x, y), nil
	}
	return stats.Mean(y), nil
}

// collapsedIn counts the claim's runs in which its measure misleads.
func (s *sweep) collapsedIn(c store.Claim, m measure) int {
	n := 0
	for _, a := range s.arms {
		if !slices.ContainsFunc(c.Contrast, func(t store.ClaimTerm) bool { return takes(c, t, a.cell) }) {
			continue
		}
		for _, r := range a.counted() {
			if m.misleads(r) {
				n++
			}
		}
	}
	return n
}

// takes reports whether a term of the claim is of the cell's arm, at its place on the axes.
func takes(c store.Claim, t store.ClaimTerm, cell store.Cell) bool {
	return cell.Method == t.Arm && standsWhere(cell, c.Where)
}

// standsWhere reports whether a cell has the given values on those of the axes that it has.
func standsWhere(c store.Cell, where map[string]any) bool {
	for path, v := range where {
		if own, has := c.Axes[path]; has && store.FormatAxis(own) != store.FormatAxis(v) {
			return false
		}
	}
	return true
}

// valueAt is the shown value of the arm's run at a seed, at the end or at a share of training: NaN
// where there is none. A run that collapsed totally counts as the claim says.
func (a *arm) valueAt(c store.Claim, m measure, t store.ClaimTerm, seed uint64) (float64, error) {
	r, ok := a.countedAt(seed)
	switch {
	case !ok || m.misleads(r) && c.Collapsed == nil:
		return math.NaN(), nil
	case m.misleads(r):
		return *c.Collapsed, nil
	case t.At == 1:
		return m.in(r, t.Observer), nil
	}
	lines, err := r.Dir.Epochs()
	if err != nil || len(lines) == 0 {
		return math.NaN(), err
	}
	return m.of(measuredBy(nearestTo(lines, t.At), t.Observer), r.k), nil
}

// nearestTo is the measurement nearest to a share of the steps.
func nearestTo(lines []store.Epoch, share float64) store.Epoch {
	step := float64(share * float64(lines[len(lines)-1].Step))
	return slices.MinFunc(lines, func(a, b store.Epoch) int {
		return cmp.Compare(math.Abs(float64(a.Step)-step), math.Abs(float64(b.Step)-step))
	})
}

// measuredBy are the metrics of a learner in a measurement.
func measuredBy(l store.Epoch, observer string) store.Metrics {
	if observer == "" {
		return l.Metrics
	}
	return l.Observers[observer]
}

// slopeAt is where a value of the slope's axis lies on it: a number itself or its logarithm, 0 and 1
// for the values of a step, NaN for any other.
func slopeAt(c store.Claim, v any) float64 {
	if len(c.Step) > 0 {
		at := slices.IndexFunc(c.Step, func(end any) bool { return store.FormatAxis(end) == store.FormatAxis(v) })
		return [...]float64{math.NaN(), 0, 1}[at+1]
	}
	n, ok := v.(float64)
	switch {
	case !ok:
		return math.NaN()
	case c.PerLog2:
		return math.Log2(n)
	}
	return n
}

// because says by what part of the rule the verdict is what it is, and how the runs count that
// collapsed totally.
func (f finding) because() string { return f.rule() + f.lost() }

func (f finding) rule() string {
	e := f.estimate
	switch {
	case e.N < 2:
		return "fewer than two paired seeds have a value, and an interval needs two"
	case f.verdict == stats.Supported && f.claim.Direction == stats.None:
		return "the whole interval lies within what does not matter"
	case f.verdict == stats.Supported:
		return "the mean is as large as expected and p after Holm is " + quantity.P(f.holm)
	case f.verdict == stats.NotSupported && f.claim.Direction == stats.None:
		return "the whole interval lies beyond what does not matter"
	case f.verdict == stats.NotSupported:
		return "the whole interval falls short of the effect that matters"
	case f.claim.Direction != stats.None && stats.SmallestHolm(e.N, f.family) >= stats.Level:
		return fmt.Sprintf("%s cannot take p below %s over %s, whatever they show; %d seeds can",
			wording.Count(e.N, "paired seed"), quantity.P(stats.SmallestHolm(e.N, f.family)), wording.Count(f.family, "claim"), stats.SeedsNeeded(f.family))
	case f.claim.Direction == stats.None:
		return "the interval is too wide to tell"
	}
	return "neither is p after Holm (" + quantity.P(f.holm) + ") below 0.05 at a mean of that size, nor does the interval exclude the effect that matters"
}

// lost says how the runs count that collapsed totally; "" where none did.
func (f finding) lost() string {
	runs := wording.Count(f.collapsed, "run") + " that collapsed totally"
	switch c := f.claim.Collapsed; {
	case f.collapsed == 0:
		return ""
	case c == nil:
		return "; left out with their seeds: " + runs + ", for the claim does not say what they count as (`collapsed`)"
	default:
		return "; counted as " + f.measure.Number(*c) + ": " + runs
	}
}

// power says which difference the design could have found.
func (f finding) power() string {
	v := f.detectable()
	if math.IsNaN(v) {
		return undefined
	}
	return f.measure.Number(v)
}

func (f finding) detectable() float64 {
	return stats.DetectableEffect(f.estimate.SD, f.estimate.N, f.family)
}

package audit

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"protobench/audit/checkpoint"
	"protobench/internal/wording"
	"protobench/metrics/uniqueness"
)

// at is the one of some counts at the verdict's ε.
func (m *Measures) at(c Counts) int { return c[uniqueness.EpsilonText(m.Epsilon)] }

// unique is the count at the verdict's ε.
func (m *Measures) unique() int { return m.at(m.Unique) }

// part is a count at the verdict's ε as a share of K.
func (m *Measures) part(c Counts) float64 {
	return float64(m.at(c)) / math.Max(1, float64(m.K))
}

// groupsText is how many prototypes sit in how many groups.
func (m *Measures) groupsText() string {
	if len(m.Groups) == 0 {
		return fmt.Sprintf("%s unique at ε = %g", percent(m.part(m.Unique)), m.Epsilon)
	}
	return fmt.Sprintf("%s unique at ε = %g: %s of %s prototypes sit in %s, the largest has %s", percent(m.part(m.Unique)), m.Epsilon, thousands(m.Grouped),
		thousands(m.K), plural(len(m.Groups), "group"), thousands(m.Largest()))
}

// shown is how many groups and members of each a reason names.
const shown = 3

// evidence is what else was measured that bears on a verdict.
func (m *Measures) evidence(k Kind) []string {
	var out []string
	if k == Partial {
		out = append(out, fmt.Sprintf("their mean has norm %.3g, and %s are unique once it is taken off", m.MeanNorm, percent(m.part(m.UniqueCentred))))
	}
	if (k == Healthy || k == Offset || k == Dead) && len(m.Groups) > 0 || k == Partial {
		out = append(out, m.largestText())
	}
	if u := m.Usage; u != nil {
		out = append(out, fmt.Sprintf("%s of %s prototypes are used by %s images (%s), %s are dead, %s live and unique at ε = %g", thousands(u.Used), thousands(m.K),
			thousands(u.Images), u.Rule, percent(u.Dead), thousands(m.at(u.LiveUnique)), m.Epsilon),
			fmt.Sprintf("perplexity of usage %.4g, %.4g over groups of copies; the most used prototype has %s of the images", u.Perplexity, u.GroupedPerplexity, percent(u.Top)))
		if u.few(m.K) {
			out = append(out, fmt.Sprintf("%s images are too few to call prototypes dead: at least %d for each are needed", thousands(u.Images), enough))
		}
		if u.Entropy != nil {
			out = append(out, fmt.Sprintf("mean entropy of predictions %.4g of ln K = %.4g nats", *u.Entropy, math.Log(float64(m.K))))
		}
	}
	if m.Zero > 0 {
		out = append(out, fmt.Sprintf("%s have no direction (length zero) and are not counted", plural(m.Zero, "prototype")))
	}
	if k == Healthy && m.Displacement == nil && math.Abs(m.Anisotropy) < isotropic {
		out = append(out, "their directions are no different from random ones, as before any training: name the first checkpoint with --init to tell whether they moved")
	}
	if m.Displacement != nil && k != Untrained {
		out = append(out, fmt.Sprintf("displacement from the start: %.3g", *m.Displacement))
	}
	return out
}

// isotropic is how many standard deviations directions may be from chance and not be told from it.
const isotropic = 4

// largestText names the largest groups and their first members.
func (m *Measures) largestText() string {
	var list []string
	for _, g := range m.Groups[:min(shown, len(m.Groups))] {
		var members []string
		for _, i := range g.Members {
			if i == g.Representative {
				continue
			}
			if len(members) == shown {
				members = append(members, "…")
				break
			}
			members = append(members, strconv.Itoa(i))
		}
		list = append(list, fmt.Sprintf("prototype %d has %s (%s)", g.Representative, plural(len(g.Members)-1, "other"), strings.Join(members, ", ")))
	}
	return fmt.Sprintf("within ε = %g %s", m.Epsilon, strings.Join(list, "; "))
}

// longer is how many times the median the longest row may be and not be remarked on.
const longer = 2

// oddities are what is strange about how prototypes are stored.
func oddities(p *checkpoint.Prototypes, m *Measures) []string {
	out := p.Notes
	if n := m.RowNorms; n.Max > longer*n.Median {
		out = append(out, fmt.Sprintf("row norms reach from %.3g to %.3g (median %.3g): if scores do not normalise prototypes, the long ones win", n.Min, n.Max, n.Median))
	}
	if len(p.Bias) > 0 {
		low, high := p.Bias[0], p.Bias[0]
		for _, b := range p.Bias {
			low, high = min(low, b), max(high, b)
		}
		out = append(out, fmt.Sprintf("a bias from %.3g to %.3g stands beside them, which favours prototypes whatever the image", low, high))
	}
	return out
}

// percent writes a share with as many digits as tell something.
func percent(share float64) string {
	digits := 1
	if p := 100 * share; p >= 10 || p == math.Trunc(p) {
		digits = 0
		if p < 100 && p > 99 {
			digits = 2
		}
	} else if p < 1 {
		digits = 2
	}
	return strconv.FormatFloat(100*share, 'f', digits, 64) + " %"
}

// thousands writes a number with commas.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for at := len(s) - 3; at > 0; at -= 3 {
		s = s[:at] + "," + s[at:]
	}
	return s
}

func plural(n int, what string) string { return thousands(n) + " " + wording.Noun(n, what) }

package audit

import (
	"fmt"
	"math"

	"protobench/audit/checkpoint"
)

// rule is one reason for a verdict.
type rule struct {
	kind Kind
	why  func(*Measures, Thresholds) string // "" where it does not hold
}

// least is the fewest prototypes that can be judged: of two or three, distinct ones say nothing.
const least = 8

// rules are tried in order; the first that holds decides.
func rules() []rule {
	return []rule{
		{Dead, notFinite},
		{Undecided, tooFew},
		{Untrained, unmoved},
		{Total, oneForAll},
		{Total, uniform},
		{Total, onePoint},
		{Partial, duplicates},
		{Dead, unused},
		{Partial, copiesApart},
		{Offset, offset},
		{Healthy, distinct},
		{Undecided, between},
	}
}

// Judge says what is wrong with prototypes by what was measured.
func Judge(p *checkpoint.Prototypes, m *Measures, t Thresholds) Verdict {
	v := Verdict{Kind: Undecided}
	for _, r := range rules() {
		if why := r.why(m, t); why != "" {
			v.Kind, v.Reasons = r.kind, []string{why}
			break
		}
	}
	v.Reasons = append(v.Reasons, m.evidence(v.Kind)...)
	v.Reasons = append(v.Reasons, oddities(p, m)...)
	v.Remedies = remediesFor(v.Kind, m)
	return v
}

func notFinite(m *Measures, _ Thresholds) string {
	if m.NotFinite == 0 {
		return ""
	}
	return fmt.Sprintf("%s of %s prototypes hold NaN or Inf: the training has diverged", thousands(m.NotFinite), thousands(m.K))
}

func tooFew(m *Measures, _ Thresholds) string {
	if m.K-m.Zero >= least {
		return ""
	}
	if m.Zero > 0 {
		return fmt.Sprintf("only %d of %d prototypes have a direction, too few to tell", m.K-m.Zero, m.K)
	}
	return fmt.Sprintf("%d prototypes are too few to tell", m.K)
}

func unmoved(m *Measures, t Thresholds) string {
	if m.Displacement == nil || *m.Displacement >= t.Moved {
		return ""
	}
	return fmt.Sprintf("displacement from the start is %.2g (below %g): whatever is unique is so by its initialisation", *m.Displacement, t.Moved)
}

func oneForAll(m *Measures, t Thresholds) string {
	u := m.Usage
	if u == nil || u.Top < t.Dominant {
		return ""
	}
	return fmt.Sprintf("one prototype takes %s of the images (%s used of %s): a loss near zero is no good sign then", percent(u.Top), thousands(u.Used), thousands(m.K))
}

func uniform(m *Measures, t Thresholds) string {
	u := m.Usage
	if u == nil || u.Entropy == nil || *u.Entropy < float64(1-t.Uniform)*math.Log(float64(m.K)) {
		return ""
	}
	return fmt.Sprintf("predictions are uniform: their mean entropy is %.4f, ln K is %.4f", *u.Entropy, math.Log(float64(m.K)))
}

func onePoint(m *Measures, t Thresholds) string {
	one := m.unique() <= 1 && m.at(m.UniqueCentred) <= 1
	if m.spread() >= t.Spread && !one {
		return ""
	}
	return fmt.Sprintf("all prototypes point one way: %s unique at ε = %g, and their root mean square distance from the mean is %.3g", thousands(m.unique()), m.Epsilon, m.spread())
}

func duplicates(m *Measures, t Thresholds) string {
	if plain, centred := m.shares(); plain >= t.Partial || centred >= t.Partial {
		return ""
	}
	return m.groupsText()
}

func copiesApart(m *Measures, t Thresholds) string {
	share := float64(m.Copies) / float64(m.K)
	if share < t.Copies {
		return ""
	}
	return fmt.Sprintf("%s (%s) are at cosine 1.0000 to another prototype, which neither chance nor training apart makes; %s", thousands(m.Copies), percent(share), m.groupsText())
}

func unused(m *Measures, t Thresholds) string {
	if share := float64(m.Zero) / float64(m.K); share >= t.Dead {
		return fmt.Sprintf("%s of %s prototypes are zero", thousands(m.Zero), thousands(m.K))
	}
	if m.Usage == nil || m.Usage.Dead < t.Dead || m.Usage.few(m.K) {
		return ""
	}
	return fmt.Sprintf("%s of the prototypes are dead: fewer than 5 %% of their fair share of %s images", percent(m.Usage.Dead), thousands(m.Usage.Images))
}

func offset(m *Measures, t Thresholds) string {
	if plain, centred := m.shares(); plain >= t.Partial || centred < t.Healthy {
		return ""
	}
	return fmt.Sprintf("%s unique at ε = %g as they stand and %s once their mean (norm %.3g) is taken off: they share an offset, which changes no softmax, and are no copies",
		percent(m.part(m.Unique)), m.Epsilon, percent(m.part(m.UniqueCentred)), m.MeanNorm)
}

func distinct(m *Measures, t Thresholds) string {
	if plain, centred := m.shares(); plain < t.Healthy || centred < t.Healthy {
		return ""
	}
	return fmt.Sprintf("%s unique at ε = %g, %s once the mean (norm %.3g) is taken off; random vectors: %s", percent(m.part(m.Unique)), m.Epsilon,
		percent(m.part(m.UniqueCentred)), m.MeanNorm, percent(m.part(m.Baseline.Unique)))
}

func between(m *Measures, t Thresholds) string {
	return fmt.Sprintf("%s unique at ε = %g and %s once the mean (norm %.3g) is taken off: neither both from %g of what random vectors have on (healthy), "+
		"nor both below %g (partial collapse), nor one of each (offset)", percent(m.part(m.Unique)), m.Epsilon, percent(m.part(m.UniqueCentred)), m.MeanNorm, t.Healthy, t.Partial)
}

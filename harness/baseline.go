package harness

import (
	"fmt"
	"slices"
)

// baseline reads the arm that others are paired with: an arm's name, or
// {learner = "joint"} for each arm's own objective's joint arm.
func (p *parser) baseline(s *Sweep, arms []arm) {
	switch v := p.raw["baseline"].(type) {
	case nil:
	case string:
		s.Baseline = v
		p.refuseMissing("name", v, arms)
	case map[string]any:
		learner, ok := v["learner"].(string)
		if !ok || len(v) != 1 {
			p.report("baseline", "baseline", mismatch{"found other keys than learner", `expected {learner = "…"} or an arm's name`, `write e.g. baseline = {learner = "joint"}`})
			return
		}
		s.Baseline = "learner=" + learner
		p.refuseMissing("learner", learner, arms)
	default:
		p.report("baseline", "baseline", mismatch{"found " + describe(v), `expected {learner = "…"} or an arm's name`, `write e.g. baseline = {learner = "joint"}`})
	}
}

// refuseMissing reports a baseline that no arm is.
func (p *parser) refuseMissing(what, name string, arms []arm) {
	var names []string
	for _, a := range arms {
		if what == "learner" {
			names = append(names, a.composition.Learner)
		} else {
			names = append(names, a.composition.Name)
		}
	}
	if len(arms) > 0 && !slices.Contains(names, name) {
		p.report("baseline", "baseline", mismatch{fmt.Sprintf("no arm has the %s %q", what, name), "", spellingOf(name, names, "add that arm, or name one of the sweep's")})
	}
}

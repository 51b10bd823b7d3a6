package sweep

import (
	"fmt"
	"slices"
	"strings"

	"protobench/internal/setting"
	"protobench/methods/part"
)

// baseline reads the arm that others are paired with: an arm's name, or
// {learner = "joint"} for each arm's own objective's joint arm.
func (p *parser) baseline(all []method) string {
	const expected, remedy = `expected {learner = "…"} or an arm's name`, `write e.g. baseline = {learner = "joint"}`
	switch v := p.raw["baseline"].(type) {
	case nil:
		return ""
	case string:
		p.refuseMissing("name", v, all, func(c part.Composition) string { return c.Name })
		return v
	case map[string]any:
		learner, ok := v["learner"].(string)
		if !ok || len(v) != 1 {
			p.report("baseline", "baseline", "found other keys than learner", expected, remedy)
			return ""
		}
		p.refuseMissing("learner", learner, all, func(c part.Composition) string { return c.Learner })
		return "learner=" + learner
	default:
		p.report("baseline", "baseline", "found "+setting.Describe(v), expected, remedy)
		return ""
	}
}

// searched reads the settings that each arm has by a search of its own. What arms are shown decides
// what they are asked, so that data are none of them.
func (p *parser) searched(v any) []string {
	keys := p.texts("searched", "searched", v)
	for _, k := range keys {
		_, known := Schema().Find(k)
		switch table, _ := setting.Cut(k); {
		case !known:
			p.report("searched", "searched", fmt.Sprintf("unknown setting %q", k), "expected paths of settings", spelling(k, false))
		case table == "data":
			p.report("searched", "searched", fmt.Sprintf("found %q", k), "expected settings of arms on the same data", "leave it out")
		}
	}
	return keys
}

// refuseIdle reports searched settings that pair no arms: a baseline with a name is every arm's,
// whatever they differ in, and without one there are no pairs.
func (p *parser) refuseIdle(s *Sweep) {
	if len(s.Searched) > 0 && !strings.HasPrefix(s.Baseline, "learner=") {
		p.report("searched", "searched", "found settings that arms may differ in, but no baseline by learner", `expected baseline = { learner = "…" }`, "leave it out, or name the learner")
	}
}

// refuseMissing reports a baseline that no method is.
func (p *parser) refuseMissing(what, name string, all []method, of func(part.Composition) string) {
	var names []string
	for _, m := range all {
		names = append(names, of(m.composition))
	}
	if len(all) > 0 && !slices.Contains(names, name) {
		p.report("baseline", "baseline", fmt.Sprintf("no arm has the %s %q", what, name), "", setting.Suggest(name, names, "add that arm, or name one of the sweep's"))
	}
}

package sweep

import (
	"fmt"
	"strings"

	"protobench/internal/setting"
	"protobench/methods/part"
)

// learner moves a method's learner out of its table: a name, or a schedule as a list of tables such
// as [{name = "gmm", until = 5}, {name = "joint"}], which a composition holds as its text.
func (p *parser) learner(at string, rest map[string]any, into *string) {
	list, ok := rest["learner"].([]any)
	if tables, spelled := rest["learner"].([]map[string]any); spelled { // [[method.learner]]
		ok = true
		for _, t := range tables {
			list = append(list, t)
		}
	}
	if !ok {
		p.part(at, rest, "learner", into)
		return
	}
	delete(rest, "learner")
	before := len(p.issues)
	phases := make([]part.Phase, len(list))
	for i, v := range list {
		table, ok := v.(map[string]any)
		if !ok {
			p.report(at+".learner", "learner", "found "+setting.Describe(v)+" in the list", "expected phases", phaseExample)
			continue
		}
		phases[i] = p.phase(at+".learner", table, i == len(list)-1)
	}
	*into = part.Schedule(phases)
	if len(p.issues) > before {
		return
	}
	if _, err := part.Phases(*into); err != nil {
		p.report(at+".learner", "learner", strings.TrimPrefix(err.Error(), "learner: "), "", phaseExample)
	}
}

const phaseExample = `write e.g. learner = [{name = "gmm", until = 5}, {name = "joint"}]`

// phase reads one table of a schedule.
func (p *parser) phase(at string, table map[string]any, last bool) part.Phase {
	var phase part.Phase
	for _, key := range sortedKeys(table) {
		v := table[key]
		switch key {
		case "name":
			name, ok := v.(string)
			if !ok {
				p.report(at, "learner.name", "found "+setting.Describe(v), "expected the name of one", "see `protobench list learners`")
				continue
			}
			p.named(at, "learner.name", "learner", name)
			phase.Learner = name
		case "until":
			epoch, ok := epochOf(v)
			if !ok || epoch <= 0 {
				p.report(at, "learner.until", "found "+setting.Describe(v), "expected an epoch above 0", phaseExample)
			}
			phase.Until = epoch
		default:
			p.report(at, "learner."+key, "unknown key", "expected name and until", setting.Suggest(key, []string{"name", "until"}, ""))
		}
	}
	if phase.Learner == "" && table["name"] == nil {
		p.report(at, "learner.name", "missing", "expected the name of one", phaseExample)
	}
	if _, ends := table["until"]; ends == last {
		p.report(at, "learner.until", fmt.Sprintf("phase %q: until stands in all phases but the last", phase.Learner), "", phaseExample)
	}
	return phase
}

// epochOf is a TOML number as an epoch.
func epochOf(v any) (epoch float64, ok bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// learnerLiteral writes a composition's learner as TOML.
func learnerLiteral(learner string) string {
	phases, err := part.Phases(learner)
	if err != nil || len(phases) < 2 {
		return setting.Quote(learner)
	}
	out := "["
	for i, p := range phases {
		if i < len(phases)-1 {
			out += fmt.Sprintf("{name = %s, until = %s}, ", setting.Quote(p.Learner), setting.Decimal(p.Until))
		} else {
			out += fmt.Sprintf("{name = %s}]", setting.Quote(p.Learner))
		}
	}
	return out
}

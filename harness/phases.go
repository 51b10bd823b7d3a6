package harness

import (
	"fmt"
	"strings"

	"protobench/methods"
)

// learner moves an arm's learner from the table into the composition: a name, or a schedule as a list of tables such as
// [{name = "gmm", until = 5}, {name = "joint"}], which the composition holds as its text.
func (p *parser) learner(a *arm, rest map[string]any) {
	list, ok := rest["learner"].([]any)
	if !ok {
		p.part(a, rest, "learner", &a.composition.Learner)
		return
	}
	delete(rest, "learner")
	before := len(p.issues)
	phases := make([]methods.Phase, len(list))
	for i, v := range list {
		table, ok := v.(map[string]any)
		if !ok {
			p.report(a.at+".learner", "learner", mismatch{"found " + describe(v) + " in the list", "expected phases", phaseExample})
			continue
		}
		phases[i] = p.phase(a, table, i == len(list)-1)
	}
	a.composition.Learner = methods.Schedule(phases)
	if len(p.issues) > before {
		return
	}
	if _, err := methods.Phases(a.composition.Learner); err != nil {
		p.report(a.at+".learner", "learner", mismatch{what: strings.TrimPrefix(err.Error(), "learner: "), remedy: phaseExample})
	}
}

const phaseExample = `write e.g. learner = [{name = "gmm", until = 5}, {name = "joint"}]`

// phase reads one table of a schedule.
func (p *parser) phase(a *arm, table map[string]any, last bool) methods.Phase {
	var phase methods.Phase
	at := a.at + ".learner"
	for _, key := range sortedKeys(table) {
		v := table[key]
		switch key {
		case "name":
			name, ok := v.(string)
			if !ok {
				p.report(at, "learner.name", mismatch{"found " + describe(v), "expected the name of one", "see `protobench list learners`"})
				continue
			}
			p.named(at, "learner.name", "learner", name)
			phase.Learner = name
		case "until":
			epoch, ok := number(widened(v))
			if !ok || epoch <= 0 {
				p.report(at, "learner.until", mismatch{"found " + describe(v), "expected an epoch above 0", phaseExample})
			}
			phase.Until = epoch
		default:
			p.report(at, "learner."+key, mismatch{"unknown key", "expected name and until", spellingOf(key, []string{"name", "until"}, "")})
		}
	}
	if phase.Learner == "" && table["name"] == nil {
		p.report(at, "learner.name", mismatch{"missing", "expected the name of one", phaseExample})
	}
	if _, ends := table["until"]; ends == last {
		p.report(at, "learner.until", mismatch{fmt.Sprintf("phase %q: until stands in all phases but the last", phase.Learner), "", phaseExample})
	}
	return phase
}

// widened is a TOML integer as a number of ours.
func widened(v any) any {
	if n, ok := v.(int64); ok {
		return int(n)
	}
	return v
}

// learnerLiteral writes a composition's learner as TOML.
func learnerLiteral(learner string) string {
	phases, err := methods.Phases(learner)
	if err != nil || len(phases) < 2 {
		return quote(learner)
	}
	out := "["
	for i, p := range phases {
		if i < len(phases)-1 {
			out += fmt.Sprintf("{name = %s, until = %s}, ", quote(p.Learner), decimal(p.Until))
		} else {
			out += fmt.Sprintf("{name = %s}]", quote(p.Learner))
		}
	}
	return out
}

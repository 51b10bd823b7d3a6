package harness

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"protobench/methods"
)

// arm is one [[method]]: a composition with its own settings.
type arm struct {
	at          string // path of its table
	composition methods.Composition
	form        string
	changed     []change
	layer
}

// arms reads the [[method]] tables.
func (p *parser) arms(base layer) []arm {
	tables, ok := p.raw["method"].([]map[string]any)
	if _, written := p.raw["method"]; written && !ok {
		p.report("method", "method", mismatch{"found " + describe(p.raw["method"]), "expected tables", "write [[method]] above each arm"})
	}
	var arms []arm
	for i, table := range tables {
		a := arm{at: fmt.Sprintf("method[%d]", i)}
		if p.compose(&a, table, base) {
			arms = append(arms, a)
		}
	}
	p.refuseDuplicates(arms)
	return arms
}

// compose reads one method table: its name or preset, its parts, its settings.
func (p *parser) compose(a *arm, table map[string]any, base layer) bool {
	rest := maps.Clone(table)
	name, ok := rest["name"].(string)
	if !ok || name == "" {
		p.report(a.at, "method.name", mismatch{"missing", "expected a preset's or a new name", `write e.g. name = "swav"`})
		return false
	}
	preset, keys, isPreset := p.catalogue.Preset(name)
	a.composition = preset
	a.composition.Name = name
	delete(rest, "name")
	a.settings = presetSettings(keys, base)
	before := len(p.issues)
	p.takeForm(a, rest)
	p.parts(a, rest)
	sound := len(p.issues) == before
	a.written = p.apply(&a.settings, flatten(rest, ""), a.at)
	if !isPreset && (a.composition.Objective == "" || a.composition.Learner == "") {
		p.report(a.at, "method "+name, mismatch{
			"is no preset and does not say what it is made of", "expected objective and learner",
			spellingOf(name, p.catalogue.Names("preset"), "write them, or see `protobench list methods`"),
		})
		return false
	}
	if !sound || !p.validate(a) {
		return false
	}
	p.recipe(a)
	a.changed = changes(a, keys, base)
	return true
}

// presetSettings are the defaults, over them a preset's own settings, over those the sweep's tables.
func presetSettings(keys map[string]any, base layer) Resolved {
	settings := Defaults()
	for _, path := range sortedKeys(keys) {
		mustSet(&settings, path, keys[path])
	}
	for _, e := range base.written {
		key, _ := findKey(e.path)
		key.set(&settings, e.value)
	}
	return settings
}

// parts moves the composition's keys from the table into the arm.
func (p *parser) parts(a *arm, rest map[string]any) {
	if a.composition.Embedding == "" {
		a.composition.Embedding = "plain"
	}
	p.part(a, rest, "objective", &a.composition.Objective)
	p.learner(a, rest)
	p.part(a, rest, "embedding", &a.composition.Embedding)
	p.partList(a, rest, "regularizers", "regularizer", &a.composition.Regularizers)
	p.partList(a, rest, "observers", "learner", &a.composition.Observers)
	a.composition = a.composition.Complete()
}

func (p *parser) part(a *arm, rest map[string]any, key string, into *string) {
	v, ok := rest[key]
	if !ok {
		return
	}
	delete(rest, key)
	s, ok := v.(string)
	if !ok {
		p.report(a.at+"."+key, key, mismatch{"found " + describe(v), "expected the name of one", "see `protobench list " + key + "s`"})
		return
	}
	p.named(a.at+"."+key, key, key, s)
	*into = s
}

func (p *parser) partList(a *arm, rest map[string]any, key, axis string, into *[]string) {
	v, ok := rest[key]
	if !ok {
		return
	}
	delete(rest, key)
	*into = p.texts(a.at+"."+key, key, v)
	for _, s := range *into {
		p.named(a.at+"."+key, key, axis, s)
	}
}

// named reports a component that does not exist.
func (p *parser) named(path, key, axis, name string) {
	names := p.catalogue.Names(axis)
	if slices.Contains(names, name) {
		return
	}
	p.report(path, key, mismatch{
		fmt.Sprintf("unknown %s %q", axis, name), "expected one of " + strings.Join(names, ", "),
		spellingOf(name, names, ""),
	})
}

// validate refuses compositions that make no sense.
func (p *parser) validate(a *arm) bool {
	err := p.catalogue.Validate(a.composition)
	if err != nil {
		p.report(a.at, "method "+a.composition.Name, mismatch{what: "impossible combination: " + err.Error()})
	}
	return err == nil
}

// refuseDuplicates reports arms of one name; names that differ by case alone would share a folder on some systems.
func (p *parser) refuseDuplicates(arms []arm) {
	seen := map[string]string{}
	for _, a := range arms {
		name := strings.ToLower(a.composition.Name)
		if first, ok := seen[name]; ok {
			p.report(a.at+".name", "method "+a.composition.Name, mismatch{
				fmt.Sprintf("name taken by the arm of line %d", p.line(first)), "expected a different name for each arm",
				"rename one; a new name needs objective and learner",
			})
			continue
		}
		seen[name] = a.at
	}
	for _, kind := range referenceKinds {
		if at, ok := seen[kind]; ok {
			p.report(at+".name", "method "+kind, mismatch{"name of a reference row", "expected another name", ""})
		}
	}
}

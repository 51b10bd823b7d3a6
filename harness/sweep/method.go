package sweep

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"protobench/internal/setting"
	"protobench/methods"
	"protobench/methods/part"
)

// method is one [[method]] of the file: a composition with its own settings. With every value of
// the matrix it is an arm.
type method struct {
	at          string // path of its table
	composition part.Composition
	preset      string // whose parts and settings it starts from; empty where it is written out
	form        string
	changed     []setting.Warning // what the sweep's tables change of its preset
	unstated    []string          // help of its decoupled learner that is nowhere stated
	layer
}

// methods reads the [[method]] tables.
func (p *parser) methods(base layer) []method {
	raw, written := p.raw["method"]
	tables, ok := raw.([]map[string]any)
	if written && !ok {
		p.report("method", "method", "found "+setting.Describe(raw), "expected tables", "write [[method]] above each arm")
	}
	var all []method
	for i, table := range tables {
		if m, ok := p.method(fmt.Sprintf("method[%d]", i), table, base); ok {
			all = append(all, m)
		}
	}
	p.refuseDuplicates(all)
	return all
}

// method reads one method table: its name and preset, its parts, its settings.
func (p *parser) method(at string, table map[string]any, base layer) (m method, ok bool) {
	rest := maps.Clone(table)
	before := len(p.issues)
	name, preset, ok := p.names(at, rest)
	if !ok {
		return m, false
	}
	start, own, known := p.catalogue.Preset(preset)
	start.Name = name
	m.at = at
	m.form = p.form(at, rest)
	m.composition = p.compose(at, start, rest)
	sound := len(p.issues) == before
	m.settings = presetSettings(own, base)
	m.written = p.apply(&m.settings, flatten(rest, ""), at)
	switch {
	case known:
		m.preset = preset
	case m.composition.Objective == "" || m.composition.Learner == "":
		p.report(at, "method "+name, "is no preset and does not say what it is made of", "expected objective and learner, or preset",
			setting.Suggest(name, p.catalogue.Names("preset"), "write them, or see `protobench list methods`"))
		return m, false
	}
	if !sound || !p.honest(m) || !p.sensible(m) {
		return m, false
	}
	p.recipe(&m)
	m.changed, m.unstated = changes(m, own, base), p.unstated(m, table, base)
	return m, true
}

// names reads what an arm is called and the preset that it starts from: each stands for the other
// where one of them is missing.
func (p *parser) names(at string, rest map[string]any) (name, preset string, ok bool) {
	if v, written := take(rest, "preset"); written {
		known := p.catalogue.Names("preset")
		if preset, ok = v.(string); !ok || !slices.Contains(known, preset) {
			p.report(at+".preset", "preset", "found "+setting.Describe(v), "expected one of "+commas(known), setting.Suggest(preset, known, ""))
			return "", "", false
		}
	}
	v, written := take(rest, "name")
	if name, ok = v.(string); written && !ok || name == "" && preset == "" {
		p.report(at, "method.name", "missing", "expected a preset's or a new name", `write e.g. name = "swav"`)
		return "", "", false
	}
	return cmp.Or(name, preset), cmp.Or(preset, name), true
}

// honest refuses an arm with the name of a preset that it is not.
func (p *parser) honest(m method) bool {
	name := m.composition.Name
	of, _, taken := p.catalogue.Preset(name)
	if !taken || m.preset == name && sameParts(of, m.composition) {
		return true
	}
	found := "the name of a preset with other parts: " + parts(of) + ", where this arm has " + parts(m.composition)
	if sameParts(of, m.composition) {
		found = "the name of another preset than " + m.preset
	}
	p.report(m.at, "method "+name, found, "expected another name", "rename the arm; preset = "+setting.Quote(cmp.Or(m.preset, name))+" keeps what it starts from")
	return false
}

// sameParts compares what a name promises of an arm: all of its composition but its observers,
// which change nothing of it.
func sameParts(a, b part.Composition) bool { return parts(a) == parts(b) }

// parts names the parts of a composition without its observers.
func parts(c part.Composition) string {
	return fmt.Sprintf("objective %s, learner %s, regularizers [%s], embedding %s", c.Objective, c.Learner, commas(slices.Sorted(slices.Values(c.Regularizers))), c.Embedding)
}

// presetSettings are the defaults, over them a preset's own settings, over those the sweep's
// tables.
func presetSettings(own map[string]any, base layer) setting.Values {
	v := Defaults()
	v.MustSetAll(own)
	for _, a := range base.written {
		v.MustSet(a.path, a.value)
	}
	return v
}

// compose moves the composition's keys from a method's table over those of its preset.
func (p *parser) compose(at string, c part.Composition, rest map[string]any) part.Composition {
	if c.Embedding == "" {
		c.Embedding = "plain"
	}
	p.part(at, rest, "objective", &c.Objective)
	p.learner(at, rest, &c.Learner)
	p.part(at, rest, "embedding", &c.Embedding)
	p.partList(at, rest, "regularizers", "regularizer", &c.Regularizers)
	p.partList(at, rest, "observers", "learner", &c.Observers)
	return methods.Complete(c)
}

// take removes a key from a table.
func take(rest map[string]any, key string) (v any, ok bool) {
	v, ok = rest[key]
	delete(rest, key)
	return v, ok
}

func (p *parser) part(at string, rest map[string]any, key string, into *string) {
	v, ok := take(rest, key)
	if !ok {
		return
	}
	s, ok := v.(string)
	if !ok {
		p.report(at+"."+key, key, "found "+setting.Describe(v), "expected the name of one", "see `protobench list "+key+"s`")
		return
	}
	p.named(at+"."+key, key, key, s)
	*into = s
}

func (p *parser) partList(at string, rest map[string]any, key, axis string, into *[]string) {
	v, ok := take(rest, key)
	if !ok {
		return
	}
	*into = p.texts(at+"."+key, key, v)
	for _, s := range *into {
		p.named(at+"."+key, key, axis, s)
	}
}

// named reports a component that does not exist.
func (p *parser) named(path, key, axis, name string) {
	if names := p.catalogue.Names(axis); !slices.Contains(names, name) {
		p.report(path, key, fmt.Sprintf("unknown %s %q", axis, name), "expected one of "+commas(names), setting.Suggest(name, names, ""))
	}
}

// sensible refuses compositions that make no sense.
func (p *parser) sensible(m method) bool {
	e := p.catalogue.Validate(m.composition)
	if e != nil {
		p.report(m.at, "method "+m.composition.Name, "impossible combination: "+e.Error(), "", "")
	}
	return e == nil
}

// refuseDuplicates reports methods of one name; names that differ by case alone would share a
// folder on some systems.
func (p *parser) refuseDuplicates(all []method) {
	seen := map[string]string{}
	for _, m := range all {
		name := strings.ToLower(m.composition.Name)
		if first, ok := seen[name]; ok {
			p.report(m.at+".name", "method "+m.composition.Name, fmt.Sprintf("name taken by the arm of line %d", p.line(first)),
				"expected a different name for each arm", "rename one; a new name needs preset, or objective and learner")
			continue
		}
		seen[name] = m.at
	}
	for _, kind := range referenceKinds {
		if at, ok := seen[kind]; ok {
			p.report(at+".name", "method "+kind, "name of a reference row", "expected another name", "")
		}
	}
}

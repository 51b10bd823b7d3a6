package sweep

import (
	"fmt"
	"maps"
	"slices"

	"protobench/internal/setting"
	"protobench/methods/part"
)

// The forms of a method: everything outside the three axes as the sweep has it for all arms, or as
// the method's own paper has it.
const (
	Controlled = "controlled"
	Faithful   = "faithful"
)

// form moves the form out of a method's table.
func (p *parser) form(at string, rest map[string]any) string {
	v, ok := take(rest, "form")
	if !ok {
		return Controlled
	}
	forms := []string{Controlled, Faithful}
	s, ok := v.(string)
	if !ok || !slices.Contains(forms, s) {
		p.report(at+".form", "form", "found "+setting.Describe(v), "expected "+commas(forms), setting.Suggest(s, forms, ""))
		return Controlled
	}
	return s
}

// recipe sets what the method's paper sets, over the sweep's tables and under the method's own
// keys.
func (p *parser) recipe(m *method) {
	if m.form != Faithful {
		return
	}
	c := m.composition
	if of, _, known := p.catalogue.Preset(m.preset); known && sameParts(of, c) {
		c.Name = m.preset // whatever the arm is called
	}
	recipe, ok := p.catalogue.Faithful(c, setting.Read[part.Train](m.settings, "train"))
	if !ok {
		p.report(m.at+".form", "form", fmt.Sprintf("no paper's settings are known for objective %q", m.composition.Objective),
			"expected "+Controlled, "write the settings out")
		return
	}
	maps.DeleteFunc(recipe, func(path string, _ any) bool { return sets(m.written, path) })
	m.settings.MustSetAll(recipe)
}

// refuseRescaling reports axes that a faithful method's learning rate would have to follow.
func (p *parser) refuseRescaling(m method, axes []axis) {
	for _, x := range axes {
		if path := x.key.Path; m.form == Faithful && x.covers(m.composition) && (path == "train.batch" || path == "train.epochs") {
			p.report(x.at, path, fmt.Sprintf("the faithful form of %s is scaled to one batch and run length", m.composition.Name), "expected one value",
				"write an arm for each value, or limit the axis with where")
		}
	}
}

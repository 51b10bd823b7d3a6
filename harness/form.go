package harness

import (
	"fmt"
	"slices"
)

// The forms of an arm: everything outside the three axes as the sweep has it for all arms, or as the arm's own paper has it.
const (
	controlled = "controlled"
	faithful   = "faithful"
)

// takeForm moves the form from a method's table into the arm.
func (p *parser) takeForm(a *arm, rest map[string]any) {
	a.form = controlled
	v, ok := rest["form"]
	if !ok {
		return
	}
	delete(rest, "form")
	forms := []string{controlled, faithful}
	s, ok := v.(string)
	if !ok || !slices.Contains(forms, s) {
		p.report(a.at+".form", "form", mismatch{"found " + describe(v), "expected " + commas(forms), spellingOf(s, forms, "")})
		return
	}
	a.form = s
}

// recipe sets what the arm's paper sets, over the sweep's tables and under the method's own keys.
func (p *parser) recipe(a *arm) {
	if a.form != faithful {
		return
	}
	keys, ok := p.catalogue.Faithful(a.composition, a.settings.Train)
	if !ok {
		p.report(a.at+".form", "form", mismatch{
			fmt.Sprintf("no paper's settings are known for objective %q", a.composition.Objective), "expected " + controlled, "write the settings out",
		})
		return
	}
	own := map[string]bool{}
	for _, e := range a.written {
		own[e.path] = true
	}
	for _, path := range sortedKeys(keys) {
		if !own[path] {
			mustSet(&a.settings, path, keys[path])
		}
	}
}

// mustSet sets a key that the program itself names.
func mustSet(r *Resolved, path string, value any) {
	key, ok := findKey(path)
	if !ok {
		panic("harness: a preset sets the unknown key " + path)
	}
	if m := key.set(r, value); m != nil {
		panic("harness: a preset's " + path + ": " + m.what + ", " + m.expected)
	}
}

// refuseRescaling reports axes that a faithful arm's learning rate would have to follow.
func (p *parser) refuseRescaling(a arm, axes []axis) {
	for _, x := range axes {
		if path := x.key.Path; a.form == faithful && x.covers(a.composition) && (path == "train.batch" || path == "train.epochs") {
			p.report(x.at, path, mismatch{
				fmt.Sprintf("the faithful form of %s is scaled to one batch and run length", a.composition.Name), "expected one value",
				"write an arm for each value, or limit the axis with where",
			})
		}
	}
}

package sweep

import (
	"fmt"
	"slices"

	"protobench/internal/setting"
	"protobench/methods/part"
)

// axis is one key path of the matrix with its values.
type axis struct {
	at     string
	key    setting.Key
	values []any
	where  map[string][]string // composition key → accepted names; empty: every method
}

// matrix reads the axes, sorted by key path.
func (p *parser) matrix(all []method) []axis {
	raw, ok := p.raw["matrix"]
	if !ok {
		return nil
	}
	table, ok := raw.(map[string]any)
	if !ok {
		p.report("matrix", "matrix", "found "+setting.Describe(raw), "expected a table", `write [matrix] and "key.path" = [values]`)
		return nil
	}
	var axes []axis
	for _, e := range flatten(table, "") {
		if a, ok := p.axis(e, all); ok {
			axes = append(axes, a)
		}
	}
	return axes
}

func (p *parser) axis(e assignment, all []method) (axis, bool) {
	a := axis{at: "matrix." + e.path}
	key, ok := Schema().Find(e.path)
	if !ok {
		p.unknown(a.at, assignment{path: e.path}, false)
		return a, false
	}
	a.key = key
	list := p.axisValues(&a, e.value, all)
	for _, v := range list {
		p.axisValue(&a, v)
	}
	return a, len(a.values) > 0
}

// axisValues takes a list, or a table {values = […], where = {…}}.
func (p *parser) axisValues(a *axis, v any, all []method) []any {
	if table, ok := v.(map[string]any); ok {
		for _, name := range sortedKeys(table) {
			if name != "values" && name != "where" {
				p.report(a.at+"."+name, a.key.Path+"."+name, "unknown key", "expected values and where", setting.Suggest(name, []string{"values", "where"}, ""))
			}
		}
		a.where = p.where(a, table["where"], all)
		v = table["values"]
	}
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		p.report(a.at, a.key.Path, "found "+setting.Describe(v), "expected a list of values", fmt.Sprintf("write %q = [%s]", a.key.Path, a.key.Default))
	}
	return list
}

func (p *parser) axisValue(a *axis, v any) {
	value, e := a.key.Convert(v)
	if e != nil {
		p.blame(p.line(a.at), *e)
		return
	}
	if slices.Contains(a.values, value) {
		p.report(a.at, a.key.Path, fmt.Sprintf("value %v stands twice", value), "expected different values", "")
		return
	}
	a.values = append(a.values, value)
}

// where reads the condition that limits an axis to some methods.
func (p *parser) where(a *axis, v any, all []method) map[string][]string {
	table, ok := v.(map[string]any)
	if v != nil && !ok {
		p.report(a.at+".where", a.key.Path+".where", "found "+setting.Describe(v), "expected a table", `write e.g. where = {learner = ["joint"]}`)
	}
	where := map[string][]string{}
	for _, name := range sortedKeys(table) {
		path := a.at + ".where." + name
		if !slices.Contains(conditions, name) {
			p.report(path, a.key.Path+".where."+name, "unknown condition", "", setting.Suggest(name, conditions, "write one of method, objective, learner, embedding, regularizers"))
			continue
		}
		where[name] = p.conditionValues(path, name, table[name], all)
	}
	return where
}

var conditions = []string{"method", "objective", "learner", "embedding", "regularizers"}

// conditionValues reads one name or a list, each of which some method must carry.
func (p *parser) conditionValues(path, name string, v any, all []method) []string {
	if s, ok := v.(string); ok {
		v = []any{s}
	}
	var carried []string
	for _, m := range all {
		carried = append(carried, trait(m.composition, name)...)
	}
	values := p.texts(path, name, v)
	for _, s := range values {
		if !slices.Contains(carried, s) {
			p.report(path, "where."+name, fmt.Sprintf("no arm has %s %q", name, s), "", setting.Suggest(s, carried, ""))
		}
	}
	return values
}

// trait returns the names a method carries for a condition.
func trait(c part.Composition, condition string) []string {
	switch condition {
	case "method":
		return []string{c.Name}
	case "objective":
		return []string{c.Objective}
	case "learner":
		if names := c.Learners(); len(names) > 1 { // a schedule goes by its text and by its phases
			return append([]string{c.Learner}, names...)
		}
		return []string{c.Learner}
	case "embedding":
		return []string{c.Embedding}
	case "regularizers":
		return c.Regularizers
	}
	panic("sweep: unknown condition " + condition)
}

// covers reports whether the axis applies to a method.
func (a axis) covers(c part.Composition) bool {
	for name, accepted := range a.where {
		if !slices.ContainsFunc(trait(c, name), func(s string) bool { return slices.Contains(accepted, s) }) {
			return false
		}
	}
	return true
}

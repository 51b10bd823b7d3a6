package sweep

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"protobench/internal/setting"
	"protobench/metrics"
	"protobench/stats"
)

// Claim is what a sweep says before it runs: a quantity made of its arms, and what to expect of it.
// Its verdict is computed, never written.
type Claim struct {
	Name, Says string
	Metric     string         // its key
	Contrast   []Term         // in the order of names
	Where      map[string]any // key path of an axis → the value at which arms are taken
	Slope      string         // key path of the axis over which each arm's slope is taken; empty for its value
	Step       []any          // the two values of that axis where they are no numbers: the slope is from the first to the second
	PerLog2    bool           // the slope is by doubling of the axis
	Against    float64        // taken from the contrast
	Collapsed  *float64       // what a run that collapsed totally counts as, in the tables' unit; nil for no value
	stats.Hypothesis
}

// Term is one arm of a contrast, or one of its observers.
type Term struct {
	Arm, Observer string
	At            float64 // share of training; 1 for its end, the final metrics
	Weight        float64
}

// ClaimKeys are the keys of a [[claim]], in the order of listings.
func ClaimKeys() []setting.Key {
	one := func(name, kind, standard, doc string, choices ...string) setting.Key {
		return setting.Key{Path: "claim." + name, Type: kind, Default: standard, Choices: choices, Readers: []string{"`protobench explain`"}, Doc: doc}
	}
	var directions []string
	for _, d := range stats.Directions() {
		directions = append(directions, string(d))
	}
	return []setting.Key{
		one("name", "text", "", "a short name of its own"),
		one("says", "text", "", "the prediction, as a sentence"),
		one("metric", "text", "", "the metric that it is about (protobench list metrics)"),
		one("contrast", "table", "", "a weight by arm, e.g. { \"swav+gmm\" = 1, swav = -1 }; an arm's observer is \"arm/observer\", and \"arm@0.2\" is what it was after a fifth of training"),
		one("where", "table", "", "the value of an axis by key path, where the matrix has more than one"),
		one("slope", "text", "", "an axis's key path: the contrast is of the arms' slopes over it, or, where it has two values that are no numbers, of what they gain from the first to the second"),
		one("per", "text", "unit", "what a slope is by: one of the axis's unit, or a doubling", "unit", "doubling"),
		one("against", "number", "0", "what is taken from the contrast, e.g. 50 for \"more than 50 %\""),
		one("collapsed", "number", "", "what a run that collapsed totally counts as, in the tables' unit, e.g. 0; without it such a run has no value in a metric that misleads there, and its seed is left out"),
		one("direction", "text", "", "what is expected of the contrast", directions...),
		one("effect", "number", "0", "the smallest effect that matters, in the tables' unit (points of percent for shares)"),
	}
}

// claims reads the [[claim]] tables and checks them against the arms and axes of the file.
func (p *parser) claims(all []method, axes []axis) []Claim {
	var out []Claim
	for i, table := range p.claimTables() {
		at := fmt.Sprintf("claim[%d]", i)
		c := p.claim(at, table)
		for _, t := range c.Contrast {
			p.claimArm(at+".contrast", t, all)
		}
		p.claimAxes(at, c, axes)
		c.Step = p.claimStep(at, c, axes)
		if slices.ContainsFunc(out, func(o Claim) bool { return o.Name == c.Name }) {
			p.report(at+".name", "claim.name", fmt.Sprintf("%q stands twice", c.Name), "expected a different name for each claim", "")
		}
		out = append(out, c)
	}
	return out
}

// claimArm refuses an arm that the sweep has not, and an observer that the arm has not.
func (p *parser) claimArm(at string, t Term, all []method) {
	arms, observers := slices.Clone(referenceKinds), []string(nil)
	for _, m := range all {
		arms = append(arms, m.composition.Name)
		if m.composition.Name == t.Arm {
			observers = m.composition.Observers
		}
	}
	switch {
	case !slices.Contains(arms, t.Arm):
		p.report(at, "claim.contrast", fmt.Sprintf("no arm is called %q", t.Arm), "", setting.Suggest(t.Arm, arms, "name arms of this sweep"))
	case t.Observer != "" && !slices.Contains(observers, t.Observer):
		p.report(at, "claim.contrast", fmt.Sprintf("arm %s has no observer %q", t.Arm, t.Observer), "", setting.Suggest(t.Observer, observers, "give it observers = ["+setting.Quote(t.Observer)+"]"))
	}
}

// claimTerm splits "arm/observer@0.2"; false for what is no share from 0 to 1.
func claimTerm(name string, weight float64) (Term, bool) {
	t := Term{At: 1, Weight: weight}
	name, share, timed := strings.Cut(name, "@")
	t.Arm, t.Observer, _ = strings.Cut(name, "/")
	if !timed {
		return t, true
	}
	var err error
	t.At, err = strconv.ParseFloat(share, 64)
	return t, err == nil && t.At >= 0 && t.At <= 1
}

// claimTables are the raw [[claim]] tables.
func (p *parser) claimTables() []map[string]any {
	raw, written := p.raw["claim"]
	tables, ok := raw.([]map[string]any)
	if written && !ok {
		p.report("claim", "claim", "found "+setting.Describe(raw), "expected tables", "write [[claim]] above each")
	}
	return tables
}

// claimAxes checks the axes that a claim names.
func (p *parser) claimAxes(at string, c Claim, axes []axis) {
	var known []string
	for _, a := range axes {
		known = append(known, a.key.Path)
	}
	named := sortedKeys(c.Where)
	if c.Slope != "" {
		named = append(named, c.Slope)
	}
	for _, path := range named {
		i := slices.Index(known, path)
		if i < 0 {
			p.report(at, "claim."+path, "no axis of the matrix", "", setting.Suggest(path, known, "claims go over axes of [matrix]"))
			continue
		}
		if v, fixed := c.Where[path]; fixed && !slices.Contains(axes[i].values, v) {
			p.report(at+".where", "claim.where."+path, "found "+setting.Describe(v), fmt.Sprintf("expected one of the axis's values %v", axes[i].values), "")
		}
	}
}

// claimStep are the two values between which a slope is taken over an axis whose values are no
// numbers; none where they are.
func (p *parser) claimStep(at string, c Claim, axes []axis) []any {
	i := slices.IndexFunc(axes, func(a axis) bool { return a.key.Path == c.Slope })
	if i < 0 {
		return nil
	}
	values := axes[i].values
	switch values[0].(type) {
	case int, float64:
		return nil
	}
	if len(values) != 2 {
		p.report(at+".slope", "claim.slope", fmt.Sprintf("found %s of values that are no numbers, %v", c.Slope, values),
			"expected an axis of numbers, or of two values", `name the arms of a value each, with preset = "…", and give them weights`)
	}
	if c.PerLog2 {
		p.report(at+".per", "claim.per", fmt.Sprintf("found \"doubling\" over %s, whose values %v are no numbers", c.Slope, values), `expected "unit"`, "leave it out")
	}
	return values
}

// claim reads one table.
func (p *parser) claim(at string, table map[string]any) Claim {
	r := &claimReader{parser: p, at: at, rest: maps.Clone(table)}
	c := Claim{Name: r.text("name", true), Says: r.text("says", true), Metric: r.text("metric", true), Slope: r.text("slope", false)}
	if known := p.catalogue.Metrics; c.Metric != "" && !slices.Contains(known, c.Metric) {
		r.report("metric", fmt.Sprintf("unknown metric %q", c.Metric), "", setting.Suggest(c.Metric, p.catalogue.Metrics, "see `protobench list metrics`"))
	}
	c.Where = r.where()
	c.Contrast = r.contrast(c.Slope != "")
	c.PerLog2 = r.choice("per") == "doubling"
	c.Against = r.number("against", 0)
	c.Collapsed = r.collapsed(c)
	r.hypothesis(&c)
	for _, name := range sortedKeys(r.rest) {
		p.report(at+"."+name, "claim."+name, "unknown key", "", setting.Suggest(name, claimNames(), "see `protobench list keys`"))
	}
	return c
}

func claimNames() []string {
	var names []string
	for _, k := range ClaimKeys() {
		names = append(names, strings.TrimPrefix(k.Path, "claim."))
	}
	return names
}

// claimReader takes keys out of a claim's table.
type claimReader struct {
	*parser
	at   string
	rest map[string]any
}

func (r *claimReader) report(key, found, expected, remedy string) {
	r.parser.report(r.at+"."+key, "claim."+key, found, expected, remedy)
}

// hypothesis reads the direction and the effect that matters.
func (r *claimReader) hypothesis(c *Claim) {
	c.Direction = stats.Direction(r.choice("direction"))
	c.Effect = r.number("effect", 0)
	if c.Effect < 0 || c.Effect == 0 && c.Direction == stats.None {
		r.report("effect", fmt.Sprintf("found %v", c.Effect), "expected a number of at least 0, and above 0 with direction = \"none\"", "say how small a difference no longer matters")
	}
}

// collapsed reads what a run that collapsed totally counts as. It is for the end of training, and for
// metrics that have no value there: all others have the run's own.
func (r *claimReader) collapsed(c Claim) *float64 {
	if _, written := r.rest["collapsed"]; !written {
		return nil
	}
	v := r.number("collapsed", 0)
	spec, known := metrics.Find(c.Metric)
	switch {
	case known && !spec.Misleads(true):
		r.report("collapsed", "found with "+c.Metric, "expected with a metric that misleads in a run that collapsed totally; this one's own value counts", "leave it out")
	case slices.ContainsFunc(c.Contrast, func(t Term) bool { return t.At != 1 }):
		r.report("collapsed", "found with a share of training", "expected with arms at the end: a run counts as collapsed there alone", "leave it out, or the @")
	}
	return &v
}

// contrast reads the weights. Those of arms that are compared add to 0, so that what all arms share
// drops out; a single arm stands against a number, or for its slope.
func (r *claimReader) contrast(slopes bool) []Term {
	var out []Term
	var sum float64
	table := r.table("contrast")
	for _, name := range sortedKeys(table) {
		w, ok := asNumber(table[name])
		if !ok || w == 0 {
			r.report("contrast", "found "+setting.Describe(table[name])+" for "+name, "expected a finite weight that is not 0", "")
		}
		t, ok := claimTerm(name, w)
		if !ok {
			r.report("contrast", fmt.Sprintf("found %q", name), "expected a share of training from 0 to 1 after the @", `write e.g. "swav@0.2"`)
		}
		out = append(out, t)
		sum += w
	}
	switch {
	case len(out) == 0:
		r.report("contrast", "missing", "expected a weight by arm", `write e.g. contrast = { "swav+gmm" = 1, swav = -1 }`)
	case len(out) > 1 && !slopes && math.Abs(sum) > 1e-9:
		r.report("contrast", fmt.Sprintf("weights that add to %v", sum), "expected weights that add to 0", "")
	}
	return out
}

// where reads axis values, each as its key has it.
func (r *claimReader) where() map[string]any {
	table := r.table("where")
	for path, v := range table {
		if key, ok := Schema().Find(path); ok {
			if value, e := key.Convert(v); e == nil {
				table[path] = value
			}
		}
	}
	return table
}

// asNumber is a finite number of TOML, which also has nan and inf.
func asNumber(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, !math.IsNaN(v) && !math.IsInf(v, 0)
	}
	return 0, false
}

func (r *claimReader) text(key string, needed bool) string {
	v, ok := take(r.rest, key)
	s, text := v.(string)
	if ok && !text || needed && s == "" {
		found := "missing"
		if ok {
			found = "found " + setting.Describe(v)
		}
		r.report(key, found, "expected a text", "")
	}
	return s
}

func (r *claimReader) table(key string) map[string]any {
	v, ok := take(r.rest, key)
	t, table := v.(map[string]any)
	if ok && !table {
		r.report(key, "found "+setting.Describe(v), "expected a table", "")
	}
	return t
}

func (r *claimReader) number(key string, standard float64) float64 {
	v, ok := take(r.rest, key)
	if !ok {
		return standard
	}
	n, number := asNumber(v)
	if !number {
		r.report(key, "found "+setting.Describe(v), "expected a finite number", "")
		return standard
	}
	return n
}

// choice reads one of the choices that its key declares, or its default.
func (r *claimReader) choice(name string) string {
	keys := ClaimKeys()
	key := keys[slices.IndexFunc(keys, func(k setting.Key) bool { return k.Path == "claim."+name })]
	v, ok := take(r.rest, name)
	if !ok && key.Default != "" {
		return key.Default
	}
	s, _ := v.(string)
	if !slices.Contains(key.Choices, s) {
		found := "missing"
		if ok {
			found = "found " + setting.Describe(v)
		}
		r.report(name, found, "expected one of "+commas(key.Choices), setting.Suggest(s, key.Choices, ""))
	}
	return s
}

package sweep

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"protobench/internal/setting"
	"protobench/stats"
)

// Claim is what a sweep says before it runs: a quantity made of its arms, and what to expect of it.
// Its verdict is computed, never written.
type Claim struct {
	Name, Says string
	Metric     string             // its key
	Contrast   map[string]float64 // weight by arm, "arm/observer" for one of an arm's observers
	Where      map[string]any     // key path of an axis → the value at which arms are taken
	Slope      string             // key path of the axis over which each arm's slope is taken; empty for its value
	PerLog2    bool               // the slope is by doubling of the axis
	At         float64            // share of training, in (0, 1); 0 for the final metrics
	Against    float64            // taken from the contrast
	stats.Hypothesis
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
		one("contrast", "table", "", "a weight by arm, e.g. { \"swav+gmm\" = 1, swav = -1 }; an arm's observer is \"arm/observer\""),
		one("where", "table", "", "the value of an axis by key path, where the matrix has more than one"),
		one("slope", "text", "", "an axis's key path: the contrast is of the arms' slopes over it"),
		one("per", "text", "unit", "what a slope is by: one of the axis's unit, or a doubling", "unit", "doubling"),
		one("at", "share", "1", "the share of training after which arms are compared; 1: their final metrics"),
		one("against", "number", "0", "what is taken from the contrast, e.g. 50 for \"more than 50 %\""),
		one("direction", "text", "", "what is expected of the contrast", directions...),
		one("effect", "number", "0", "the smallest effect that matters, in the tables' unit (points of percent for shares)"),
	}
}

// claims reads the [[claim]] tables and checks them against the arms and axes of the file.
func (p *parser) claims(all []method, axes []axis) []Claim {
	known := slices.Clone(referenceKinds)
	for _, m := range all {
		known = append(known, m.composition.Name)
		for _, o := range m.composition.Observers {
			known = append(known, m.composition.Name+"/"+o)
		}
	}
	var out []Claim
	for i, table := range p.claimTables() {
		c := p.claim(fmt.Sprintf("claim[%d]", i), table)
		for _, arm := range sortedKeys(c.Contrast) {
			if !slices.Contains(known, arm) {
				p.report(fmt.Sprintf("claim[%d].contrast", i), "claim.contrast", fmt.Sprintf("no arm is called %q", arm), "", setting.Suggest(arm, known, "name arms of this sweep, or their observers as arm/observer"))
			}
		}
		p.claimAxes(fmt.Sprintf("claim[%d]", i), c, axes)
		if slices.ContainsFunc(out, func(o Claim) bool { return o.Name == c.Name }) {
			p.report(fmt.Sprintf("claim[%d].name", i), "claim.name", fmt.Sprintf("%q stands twice", c.Name), "expected a different name for each claim", "")
		}
		out = append(out, c)
	}
	return out
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

// claim reads one table.
func (p *parser) claim(at string, table map[string]any) Claim {
	r := &claimReader{parser: p, at: at, rest: maps.Clone(table)}
	c := Claim{Name: r.text("name", true), Says: r.text("says", true), Metric: r.text("metric", true), Slope: r.text("slope", false)}
	if known := p.catalogue.Metrics; c.Metric != "" && !slices.Contains(known, c.Metric) {
		r.report("metric", fmt.Sprintf("unknown metric %q", c.Metric), "", setting.Suggest(c.Metric, p.catalogue.Metrics, "see `protobench list metrics`"))
	}
	c.Where = r.where()
	c.Contrast = r.weights(c.Slope != "")
	c.PerLog2 = r.choice("per", []string{"unit", "doubling"}, "unit") == "doubling"
	if at := r.number("at", 1); at <= 0 || at > 1 {
		r.report("at", fmt.Sprintf("found %v", at), "expected a share above 0, at most 1", "")
	} else if at < 1 {
		c.At = at
	}
	c.Against = r.number("against", 0)
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
	var names []string
	for _, d := range stats.Directions() {
		names = append(names, string(d))
	}
	c.Direction = stats.Direction(r.choice("direction", names, ""))
	c.Effect = r.number("effect", 0)
	if c.Effect < 0 || c.Effect == 0 && c.Direction == stats.None {
		r.report("effect", fmt.Sprintf("found %v", c.Effect), "expected a number of at least 0, and above 0 with direction = \"none\"", "say how small a difference no longer matters")
	}
}

// weights reads the contrast. Weights of arms that are compared add to 0, so that what all arms
// share drops out; a single arm stands against a number, or for its slope.
func (r *claimReader) weights(slopes bool) map[string]float64 {
	out := map[string]float64{}
	var sum float64
	for name, v := range r.table("contrast") {
		w, ok := asNumber(v)
		if !ok || w == 0 {
			r.report("contrast", "found "+setting.Describe(v)+" for "+name, "expected a weight that is not 0", "")
		}
		out[name] = w
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

func asNumber(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
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
		r.report(key, "found "+setting.Describe(v), "expected a number", "")
		return standard
	}
	return n
}

func (r *claimReader) choice(key string, choices []string, standard string) string {
	v, ok := take(r.rest, key)
	if !ok && standard != "" {
		return standard
	}
	s, _ := v.(string)
	if !slices.Contains(choices, s) {
		found := "missing"
		if ok {
			found = "found " + setting.Describe(v)
		}
		r.report(key, found, "expected one of "+commas(choices), setting.Suggest(s, choices, ""))
	}
	return s
}

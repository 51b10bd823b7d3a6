package sweep

import (
	"fmt"
	"slices"
	"strings"

	"protobench/internal/setting"
)

// Filter selects cells by an expression such as "method:swav seed:0 OR
// loss.temperature:0.2 -learner:frozen": a space is AND and binds stronger than
// OR, a leading minus is NOT. The zero Filter selects every cell.
type Filter struct {
	text  string
	terms [][]term // any of these, each all of its terms
}

type term struct {
	key, value string
	not        bool
}

// ParseFilter reads an expression. Keys are method, objective, learner,
// embedding, regularizer, reference, seed, hash (a prefix), or any setting's path.
func ParseFilter(text string) (Filter, error) {
	f := Filter{text: text}
	var all []term
	for _, word := range strings.Fields(text) {
		if word == "OR" {
			if len(all) == 0 {
				return Filter{}, fmt.Errorf("--only %q: nothing stands before OR; write e.g. seed:0 OR seed:1", text)
			}
			f.terms, all = append(f.terms, all), nil
			continue
		}
		t, err := parseTerm(word, text)
		if err != nil {
			return Filter{}, err
		}
		all = append(all, t)
	}
	if len(all) == 0 {
		return Filter{}, fmt.Errorf("--only %q: expected terms such as method:swav or seed:0", text)
	}
	f.terms = append(f.terms, all)
	return f, nil
}

func parseTerm(word, text string) (term, error) {
	rest, not := strings.CutPrefix(word, "-")
	key, value, ok := strings.Cut(rest, ":")
	if !ok || value == "" {
		return term{}, fmt.Errorf("--only %q: %q is no key:value; write e.g. method:swav", text, word)
	}
	names := filterKeys()
	if !slices.Contains(names, key) {
		return term{}, fmt.Errorf("--only %q: unknown key %q; %s", text, key, filterMeant(key, names))
	}
	return term{key: key, value: value, not: not}, nil
}

// filterMeant suggests a key of expressions for one that does not exist.
func filterMeant(key string, names []string) string {
	if n := setting.Nearest(key, names); n != "" && !strings.Contains(n, ".") {
		return "did you mean " + n + "?"
	}
	return spelling(key, false)
}

func filterKeys() []string {
	names := []string{"method", "objective", "learner", "embedding", "regularizer", "reference", "seed", "hash"}
	for _, k := range Schema().Keys() {
		names = append(names, k.Path)
	}
	return names
}

// String is the expression.
func (f Filter) String() string { return f.text }

// Match reports whether a cell of a hash is selected.
func (f Filter) Match(c *Cell, hash string) bool {
	if len(f.terms) == 0 {
		return true
	}
	return slices.ContainsFunc(f.terms, func(all []term) bool {
		return !slices.ContainsFunc(all, func(t term) bool { return t.match(c, hash) == t.not })
	})
}

func (t term) match(c *Cell, hash string) bool {
	m := c.Composition
	switch t.key {
	case "method":
		return m.Name == t.value
	case "objective":
		return m.Objective == t.value
	case "learner":
		return m.Learner == t.value
	case "embedding":
		return m.Embedding == t.value
	case "regularizer":
		return slices.Contains(m.Regularizers, t.value)
	case "reference":
		return c.Reference == t.value
	case "seed":
		return fmt.Sprint(c.Seed) == t.value
	case "hash":
		return strings.HasPrefix(hash, t.value)
	}
	return c.Reads(key(t.key)) && fmt.Sprint(c.Settings.Get(t.key)) == t.value
}

package sweep

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"protobench/internal/setting"
)

// Filter selects cells by an expression such as "method:swav seed:0 OR
// loss.temperature:0.2 -learner:frozen": a space is AND and binds stronger than
// OR, a leading minus is NOT; a value with spaces stands in quotes, as in method:"my arm". The zero
// Filter selects every cell.
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
	words, err := filterWords(text)
	if err != nil {
		return Filter{}, err
	}
	for _, word := range words {
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

// filterWords parts an expression at the spaces that stand in no quotes, and takes the quotes off.
func filterWords(text string) ([]string, error) {
	var words []string
	word, quote, begun := "", rune(0), false
	for _, r := range text {
		switch {
		case r == quote:
			quote = 0
		case quote == 0 && (r == '"' || r == '\''):
			quote, begun = r, true
		case quote == 0 && unicode.IsSpace(r):
			if begun {
				words = append(words, word)
			}
			word, begun = "", false
		default:
			word, begun = word+string(r), true
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("--only %q: a quote %c is not closed; write e.g. method:\"my arm\"", text, quote)
	}
	if begun {
		words = append(words, word)
	}
	return words, nil
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
	if t.key == "hash" {
		return strings.HasPrefix(hash, t.value)
	}
	return slices.ContainsFunc(t.of(c), t.is)
}

// is compares a value with the term's: numbers as numbers, so that 0.20 is 0.2.
func (t term) is(value string) bool {
	if value == t.value {
		return true
	}
	a, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return false
	}
	b, err := strconv.ParseFloat(t.value, 64)
	return err == nil && a == b
}

// of are the values that a cell has under the term's key; none where it has no such.
func (t term) of(c *Cell) []string {
	m := c.Composition
	switch t.key {
	case "method":
		return []string{m.Name}
	case "objective":
		return []string{m.Objective}
	case "learner":
		return []string{m.Learner}
	case "embedding":
		return []string{m.Embedding}
	case "regularizer":
		return m.Regularizers
	case "reference":
		return []string{c.Reference}
	case "seed":
		return []string{fmt.Sprint(c.Seed)}
	}
	if !c.Reads(key(t.key)) {
		return nil
	}
	return []string{fmt.Sprint(c.Settings.Get(t.key))}
}

// Lacks says what there is under the keys of the terms that by themselves match none of the cells;
// without any, which methods there are.
func (f Filter) Lacks(cells []*Cell) string {
	var said []string
	for _, t := range slices.Concat(f.terms...) {
		if t.not || t.key == "hash" {
			continue
		}
		if has := t.among(cells); !slices.ContainsFunc(has, t.is) {
			said = append(said, fmt.Sprintf("%s is %s", t.key, listed(has)))
		}
	}
	if len(said) == 0 {
		return "method is " + listed(term{key: "method"}.among(cells))
	}
	return strings.Join(slices.Compact(said), "; ")
}

// among are the values of all cells under the term's key, each once.
func (t term) among(cells []*Cell) []string {
	var all []string
	seen := map[string]bool{}
	for _, c := range cells {
		for _, v := range t.of(c) {
			if v != "" && !seen[v] {
				seen[v] = true
				all = append(all, v)
			}
		}
	}
	return all
}

// mostListed is how many values a message names.
const mostListed = 20

// listed names values, and how many more there are.
func listed(values []string) string {
	switch n := len(values); {
	case n == 0:
		return "nothing that a cell has"
	case n == 1:
		return values[0]
	case n > mostListed:
		return fmt.Sprintf("one of %s and %d more", commas(values[:mostListed]), n-mostListed)
	}
	return "one of " + commas(values)
}

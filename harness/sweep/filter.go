package sweep

import (
	"fmt"
	"slices"
	"strings"

	"protobench/internal/selection"
	"protobench/internal/setting"
)

// Filter selects cells by an expression of package selection. The zero Filter selects every cell.
type Filter struct{ selection.Expression }

// ParseFilter reads an expression. Keys are method, objective, learner,
// embedding, regularizer, reference, seed, hash (a prefix), or any setting's path.
func ParseFilter(text string) (Filter, error) {
	e, err := selection.Parse("--only", text, func(key string) error {
		if names := filterKeys(); !slices.Contains(names, key) {
			return fmt.Errorf("unknown key %q; %s", key, filterMeant(key, names))
		}
		return nil
	})
	return Filter{e}, err
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

// Match reports whether a cell of a hash is selected.
func (f Filter) Match(c *Cell, hash string) bool {
	return f.Expression.Match(func(name, pattern string) bool {
		if name == "hash" {
			return selection.Like(pattern+"*", hash)
		}
		return likeOne(pattern, c.under(name))
	})
}

func likeOne(pattern string, values []string) bool {
	return slices.ContainsFunc(values, func(v string) bool { return selection.Like(pattern, v) })
}

// under are the values that a cell has under a key of expressions; none where it has no such.
func (c *Cell) under(name string) []string {
	m := c.Composition
	switch name {
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
		if c.Reference == "" {
			return nil
		}
		return []string{c.Reference}
	case "seed":
		return []string{fmt.Sprint(c.Seed)}
	}
	if !c.Reads(key(name)) {
		return nil
	}
	return []string{fmt.Sprint(c.Settings.Get(name))}
}

// Lacks says what there is under the keys of the terms that by themselves match none of the cells;
// without any, which methods there are.
func (f Filter) Lacks(cells []*Cell) string {
	var said []string
	for _, t := range f.Terms() {
		if t.Not || t.Key == "hash" {
			continue
		}
		if has := among(cells, t.Key); !likeOne(t.Pattern, has) {
			said = append(said, fmt.Sprintf("%s is %s", t.Key, listed(has)))
		}
	}
	if len(said) == 0 {
		return "method is " + listed(among(cells, "method"))
	}
	return strings.Join(slices.Compact(said), "; ")
}

// among are the values of all cells under a key, each once.
func among(cells []*Cell, name string) []string {
	var all []string
	seen := map[string]bool{}
	for _, c := range cells {
		for _, v := range c.under(name) {
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

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
	return f.Expression.Match(func(name, pattern string) bool { return c.has(name, pattern, hash) })
}

// has reports whether what a cell has for a key is like a pattern.
func (c *Cell) has(name, pattern, hash string) bool {
	m := c.Composition
	switch name {
	case "method":
		return selection.Like(pattern, m.Name)
	case "objective":
		return selection.Like(pattern, m.Objective)
	case "learner":
		return selection.Like(pattern, m.Learner)
	case "embedding":
		return selection.Like(pattern, m.Embedding)
	case "regularizer":
		return slices.ContainsFunc(m.Regularizers, func(r string) bool { return selection.Like(pattern, r) })
	case "reference":
		return c.Reference != "" && selection.Like(pattern, c.Reference)
	case "seed":
		return selection.Like(pattern, fmt.Sprint(c.Seed))
	case "hash":
		return selection.Like(pattern+"*", hash)
	}
	return c.Reads(key(name)) && selection.Like(pattern, fmt.Sprint(c.Settings.Get(name)))
}

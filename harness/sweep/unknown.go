package sweep

import (
	"slices"
	"strings"

	"protobench/internal/setting"
)

// unknown reports a key that does not exist, with the nearest spelling.
func (p *parser) unknown(path, key string, method bool) {
	if Schema().IsTable(key) {
		p.report(path, key, "found a single value", "expected a table", "write ["+key+"] and its keys")
		return
	}
	p.report(path, key, "unknown key", "", spelling(key, known(method)))
}

// known lists what may stand in a sweep file, or in one of its methods.
func known(method bool) []string {
	names := slices.Clone(headKeys)
	if method {
		names = []string{"name", "preset", "form", "objective", "learner", "regularizers", "embedding", "observers"}
	}
	for _, k := range Schema().Keys() {
		names = append(names, k.Path)
	}
	return names
}

// spelling suggests the nearest known path. Near paths come first, then those that the key begins,
// then those of its last part in another table.
func spelling(key string, names []string) string {
	if n := setting.Nearest(key, names); n != "" {
		return "did you mean " + n + "?"
	}
	for _, n := range names {
		if strings.HasPrefix(n, key) {
			return "did you mean " + n + "?"
		}
	}
	table, last := setting.Cut(key)
	for _, n := range names {
		if t, l := setting.Cut(n); l == last && t != table {
			return "did you mean " + n + "?"
		}
	}
	return "see `protobench list keys`"
}

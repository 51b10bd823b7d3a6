package harness

import (
	"strings"

	"protobench/internal/setting"
)

// unknown reports a key that does not exist, with the nearest spelling.
func (p *parser) unknown(path, key string, method bool) {
	if isTable(key) {
		p.report(path, key, mismatch{"found a single value", "expected a table", "write [" + key + "] and its keys"})
		return
	}
	p.report(path, key, mismatch{what: "unknown key", remedy: spelling(key, known(method))})
}

// known lists what may stand in a sweep file, or in one of its methods.
func known(method bool) []string {
	names := []string{"name", "question", "baseline", "primary", "seeds", "references", "method", "matrix"}
	if method {
		names = []string{"name", "form", "objective", "learner", "regularizers", "embedding", "observers"}
	}
	for _, k := range allKeys() {
		names = append(names, k.Path)
	}
	return names
}

// spelling suggests the nearest known path. Near paths come first, then those that the key begins, then
// those of its last part in another table.
func spelling(key string, names []string) string {
	if n := setting.Nearest(key, names); n != "" {
		return "did you mean " + n + "?"
	}
	for _, n := range names {
		if strings.HasPrefix(n, key) {
			return "did you mean " + n + "?"
		}
	}
	table, last := cutLast(key)
	for _, n := range names {
		if t, l := cutLast(n); l == last && t != table {
			return "did you mean " + n + "?"
		}
	}
	return "see `protobench list keys`"
}

func cutLast(path string) (table, last string) {
	if i := strings.LastIndexByte(path, '.'); i >= 0 {
		return path[:i], path[i+1:]
	}
	return "", path
}

package sweep

import (
	"slices"
	"strings"

	"protobench/internal/setting"
)

// unknown reports an assignment to a key that does not exist, with what was meant: of a [[method]]
// or of the whole file.
func (p *parser) unknown(path string, a assignment, method bool) {
	key := a.path
	if p.full() {
		return
	}
	if Schema().IsTable(key) {
		p.report(path, key, "found a single value", "expected a table", "write ["+key+"] and its keys")
		return
	}
	remedy := ""
	switch a.value.(type) {
	case map[string]any, []map[string]any:
		remedy = tableMeant(key)
	}
	if remedy == "" {
		remedy = spelling(key, method)
	}
	p.report(path, key, "unknown key", "", remedy)
}

// otherTables are what other programs call the tables.
func otherTables() map[string]string {
	return map[string]string{
		"training": "train", "optim": "train", "optimizer": "train", "trainer": "train", "model": "encoder", "backbone": "encoder", "network": "encoder",
		"dataset": "data", "datasets": "data", "augmentation": "augment", "augmentations": "augment", "transforms": "augment", "eval": "evaluate",
		"evaluation": "evaluate", "objective": "loss", "criterion": "loss", "prototype": "prototypes", "arm": "method", "arms": "method", "grid": "matrix", "axes": "matrix",
	}
}

// tableMeant suggests a table for one that does not exist; empty where none is near.
func tableMeant(key string) string {
	tables := []string{"method", "matrix", "claim", "store", "slurm"}
	for _, k := range Schema().Keys() {
		if t, _ := setting.Cut(k.Path); !slices.Contains(tables, t) {
			tables = append(tables, t)
		}
	}
	name := plainly(key)
	if other, ok := otherTables()[name]; ok {
		name = other
	}
	switch near := setting.Nearest(name, tables); near {
	case "":
		return ""
	case "method", "claim":
		return "did you mean [[" + near + "]]?"
	default:
		return "did you mean [" + near + "]?"
	}
}

// plainly is a key without what programs differ in: upper case, and hyphens for underscores.
func plainly(key string) string { return strings.ReplaceAll(strings.ToLower(key), "-", "_") }

// spelling suggests a key for one that does not exist: what another program calls so comes first,
// then what differs in case, then the nearest spelling.
func spelling(key string, method bool) string {
	names := known(method)
	if k := sameElsewhere(key, method); k != "" {
		return "did you mean " + k + "?"
	}
	if n := nearest(key, names); n != "" {
		return "did you mean " + n + "?"
	}
	return "see `protobench list keys`"
}

// known lists what may stand in a sweep file, or in one of its methods.
func known(method bool) []string {
	var names []string
	own := HeadKeys()
	if method {
		own = MethodKeys()
	}
	for _, k := range own {
		names = append(names, strings.TrimPrefix(k.Path, "method."))
	}
	for _, k := range Schema().Keys() {
		names = append(names, k.Path)
	}
	return names
}

// sameElsewhere finds the key that is written otherwise here: in lower case, in a table of another
// name, at another place of the file, or by another name. Empty where there is none.
func sameElsewhere(key string, method bool) string {
	table, last := setting.Cut(plainly(key))
	if other, ok := otherTables()[table]; ok {
		table = other
	}
	names := func(k setting.Key) bool { return plainly(k.Path) == join(table, last) }
	for _, find := range []func(setting.Key) bool{
		names,
		func(k setting.Key) bool {
			t, _ := setting.Cut(plainly(k.Path))
			return t == table && slices.Contains(k.Also, last)
		},
		func(k setting.Key) bool { return slices.Contains(k.Also, last) },
	} {
		for _, k := range Schema().Keys() {
			if find(k) {
				return k.Path
			}
		}
		for _, k := range HeadKeys() {
			if find(k) || plainly(k.Path) == last && (method || table != "") {
				return headPlace(k.Path, method || table != "")
			}
		}
	}
	for _, k := range MethodKeys() {
		if _, name := setting.Cut(k.Path); name == last && (table == "" || table == "method") && !method {
			return name + " in a [[method]]"
		}
	}
	return ""
}

// headPlace is a key of the file's top; elsewhere says that it was written somewhere else.
func headPlace(name string, elsewhere bool) string {
	if elsewhere {
		return name + " at the top of the file"
	}
	return name
}

// nearest suggests the nearest known path. Near paths come first, then those that the key begins,
// then those of its last part in another table.
func nearest(key string, names []string) string {
	if n := setting.Nearest(key, names); n != "" {
		return n
	}
	for _, n := range names {
		if strings.HasPrefix(n, key) {
			return n
		}
	}
	table, last := setting.Cut(key)
	for _, n := range names {
		if t, l := setting.Cut(n); l == last && t != table {
			return n
		}
	}
	return ""
}

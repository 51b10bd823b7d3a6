package sweep

import "protobench/internal/setting"

// storeKeys are the keys of the [store] table: what a run keeps on disk. They are settings of no
// cell and change no number.
var storeKeys = []string{"weights"}

// keepsWeights reads [store]: whether finished cells keep their encoders' weights. They do where
// nothing is said.
func (p *parser) keepsWeights() bool {
	v, ok := p.raw["store"]
	if !ok {
		return true
	}
	table, ok := v.(map[string]any)
	if !ok {
		p.report("store", "store", "found "+setting.Describe(v), "expected a table", "write [store] and weights = false")
		return true
	}
	keep := true
	for _, name := range sortedKeys(table) {
		path := join("store", name)
		if name != "weights" {
			p.report(path, path, "unknown key", "", setting.Suggest(name, storeKeys, "[store] has weights alone"))
			continue
		}
		on, ok := table[name].(bool)
		if !ok {
			p.report(path, path, "found "+setting.Describe(table[name]), "expected true or false", "")
			continue
		}
		keep = on
	}
	return keep
}

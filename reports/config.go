package reports

import (
	"fmt"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"protobench/harness/store"
)

// config is a cell's resolved settings, flattened: what it reads and nothing else.
type config struct {
	keys      []string          // dotted, in the file's order
	values    map[string]string // as tables show them
	observers []string
	count     int // K, 0 when not given
}

// readConfig reads a planned cell's settings.
func readConfig(c *store.CellDir) (config, error) {
	var raw map[string]any
	meta, err := toml.Decode(c.Plan().Config, &raw)
	if err != nil {
		return config{}, fmt.Errorf("plan.json: config of %s: %w", c.Plan().Dir, err)
	}
	out := config{values: map[string]string{}, observers: observersOf(raw)}
	for _, key := range meta.Keys() {
		if len(key) != 2 || slices.Contains([]string{"method", "matrix", "baseline"}, key[0]) {
			continue
		}
		table, ok := raw[key[0]].(map[string]any)
		if !ok {
			continue
		}
		name := strings.Join(key, ".")
		out.keys = append(out.keys, name)
		out.values[name] = store.FormatAxis(table[key[1]])
	}
	out.count, err = countOf(raw, c.Plan().Dir)
	return out, err
}

func countOf(raw map[string]any, dir string) (int, error) {
	table, _ := raw["prototypes"].(map[string]any)
	v, given := table["count"]
	if !given {
		return 0, nil
	}
	k, ok := v.(int64)
	if !ok {
		return 0, fmt.Errorf("plan.json: config of %s: prototypes.count is %v, expected a whole number", dir, v)
	}
	return int(k), nil
}

func observersOf(raw map[string]any) []string {
	methods, _ := raw["method"].([]map[string]any)
	if len(methods) == 0 {
		return nil
	}
	list, _ := methods[0]["observers"].([]any)
	var out []string
	for _, o := range list {
		out = append(out, fmt.Sprint(o))
	}
	return out
}

// get returns a setting as text, or the other text where the cell does not read it.
func (c config) get(key, otherwise string) string {
	if v, ok := c.values[key]; ok {
		return v
	}
	return otherwise
}

// tablesInOrder are the config's tables as the report lists them; others follow.
func tablesInOrder() []string {
	return []string{"data", "encoder", "train", "augment", "loss", "prototypes", "swav", "dino", "gmm", "koleo-prototypes", "centring", "evaluate"}
}

// settingKeys lists every setting that some arm reads, table by table. Where files lie
// decides no number and is left out.
func (s *sweep) settingKeys() []string {
	var keys []string
	for _, a := range s.trained() {
		for _, k := range a.config.keys {
			if k != "data.path" && !slices.Contains(keys, k) {
				keys = append(keys, k)
			}
		}
	}
	slices.SortStableFunc(keys, func(a, b string) int { return tableRank(a) - tableRank(b) })
	return keys
}

func tableRank(key string) int {
	table, _, _ := strings.Cut(key, ".")
	if i := slices.Index(tablesInOrder(), table); i >= 0 {
		return i
	}
	return len(tablesInOrder())
}

// common returns the one value that all arms which read a setting have; false where they differ.
func (s *sweep) common(key string) (string, bool) {
	var value string
	found := false
	for _, a := range s.trained() {
		v, ok := a.config.values[key]
		switch {
		case !ok:
		case found && v != value:
			return "", false
		default:
			value, found = v, true
		}
	}
	return value, found
}

// differing lists the settings in which arms differ.
func (s *sweep) differing() []string {
	var out []string
	for _, k := range s.settingKeys() {
		if _, same := s.common(k); !same {
			out = append(out, k)
		}
	}
	return out
}

// differences lists the settings that both arms read and in which they differ.
func differences(a, b *arm) []string {
	var out []string
	for _, k := range a.config.keys {
		if v, ok := b.config.values[k]; ok && v != a.config.values[k] {
			out = append(out, k)
		}
	}
	return out
}

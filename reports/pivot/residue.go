package pivot

import (
	"slices"
	"strconv"
	"strings"

	"protobench/harness/store"
)

// Residue says in what runs differ that stand in one entry of a table, as "key: values", beyond the
// keys by which they are told apart and the seed. Settings are those of the plan, the rest is what results say of themselves.
func Residue(runs []store.CellState, apart []string) []string {
	var out []string
	for _, one := range madeWith() {
		if v := distinct(runs, func(r store.CellState) (string, bool) {
			text := one.of(r.Result.Provenance)
			return text, r.State == store.Done && text != ""
		}); len(v) > 1 {
			out = append(out, one.name+": "+strings.Join(v, ", "))
		}
	}
	for _, key := range append(Parts(), settingsIn(runs)...) {
		if slices.Contains(apart, key) || key == "seed" || key == "data.path" {
			continue
		}
		if v := distinct(runs, func(r store.CellState) (string, bool) { return Key(r, key) }); len(v) > 1 {
			out = append(out, key+": "+strings.Join(v, ", "))
		}
	}
	return out
}

// origin is one thing that a result says of what made it.
type origin struct {
	name string
	of   func(store.Provenance) string
}

// madeWith lists what results say of what made them.
func madeWith() []origin {
	return []origin{
		{"versions", func(p store.Provenance) string { return p.Version }},
		{"numerics revisions", func(p store.Provenance) string { return strconv.Itoa(p.Numerics) }},
		{"Go versions", func(p store.Provenance) string { return p.Go }},
		{"instruction sets", func(p store.Provenance) string { return p.ISA }},
		{"data", func(p store.Provenance) string { return p.DataSHA256 }},
	}
}

// distinct are the different values that runs have, sorted.
func distinct(runs []store.CellState, of func(store.CellState) (string, bool)) []string {
	var out []string
	for _, r := range runs {
		if text, has := of(r); has && !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	slices.Sort(out)
	return out
}

// settingsIn are the keys that some run reads, in the order of their plans.
func settingsIn(runs []store.CellState) []string {
	var keys []string
	seen := map[string]bool{}
	for _, r := range runs {
		for _, one := range r.Dir.Plan().Settings {
			if !seen[one.Key] {
				seen[one.Key] = true
				keys = append(keys, one.Key)
			}
		}
	}
	return keys
}

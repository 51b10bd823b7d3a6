package across

import (
	"slices"
	"strconv"
	"strings"

	"protobench/harness/store"
)

// dataKey is the difference of what was trained and measured on, whatever the settings call it.
const dataKey = "data fingerprint"

// unread stands for a setting that an arm does not read.
const unread = "–"

// Difference is a key in which the two sides' configuration, or what made their results, differ.
type Difference struct {
	Key  string   `json:"key"` // of a setting, of a part of the method, or of what made the results
	A    string   `json:"a"`
	B    string   `json:"b"`
	Arms []string `json:"arms,omitempty"` // that differ so; none where all that are compared do
}

// differences lists them: what made the results first, then the methods' parts, then settings in
// the order of listings.
func differences(pairs []pair) []Difference {
	var out []Difference
	for _, p := range pairs {
		for _, facts := range [][]fact{made(p), parts(p), settings(p)} {
			for _, f := range facts {
				if f.a != f.b {
					out = noted(out, f, p.name)
				}
			}
		}
	}
	for i := range out {
		if len(out[i].Arms) == len(pairs) {
			out[i].Arms = nil
		}
	}
	slices.SortStableFunc(out, func(a, b Difference) int { return rankOf(a.Key) - rankOf(b.Key) })
	return out
}

// noted adds an arm to the difference that others have too.
func noted(all []Difference, f fact, arm string) []Difference {
	for i := range all {
		if d := &all[i]; d.Key == f.key && d.A == f.a && d.B == f.b {
			d.Arms = append(d.Arms, arm)
			return all
		}
	}
	return append(all, Difference{Key: f.key, A: f.a, B: f.b, Arms: []string{arm}})
}

// rankOf puts what made the results before parts and settings, whose keys have dots.
func rankOf(key string) int {
	switch {
	case slices.Contains([]string{dataKey, "version", "numerics", "instruction set", "seeds"}, key):
		return 0
	case !strings.Contains(key, "."):
		return 1
	}
	return 2
}

// fact is a key and what both arms of a pair have there.
type fact struct{ key, a, b string }

// made are the facts of what made the results.
func made(p pair) []fact {
	of := func(key string, get func(store.CellState) string) fact {
		return fact{key, p.a.each(get), p.b.each(get)}
	}
	return []fact{
		of(dataKey, func(c store.CellState) string { return short(c.Result.Provenance.DataSHA256) }),
		of("version", func(c store.CellState) string { return c.Result.Provenance.Version }),
		of("numerics", func(c store.CellState) string { return strconv.Itoa(c.Result.Provenance.Numerics) }),
		of("instruction set", func(c store.CellState) string { return c.Result.Provenance.ISA }),
		{"seeds", seedsText(p.a), seedsText(p.b)},
	}
}

// short are the first digits of a hash.
func short(hash string) string { return hash[:min(len(hash), 12)] }

// each joins what the finished runs of an arm have, by seed, each value once.
func (a *arm) each(get func(store.CellState) string) string {
	var values []string
	for _, seed := range a.seeds() {
		if v := get(a.runs[seed]); v != "" && !slices.Contains(values, v) {
			values = append(values, v)
		}
	}
	return strings.Join(values, ", ")
}

func seedsText(a *arm) string {
	var out []string
	for _, seed := range a.seeds() {
		out = append(out, strconv.FormatUint(seed, 10))
	}
	return strings.Join(out, ",")
}

// parts are the facts of what the methods are made of.
func parts(p pair) []fact {
	a, b := p.a.planned, p.b.planned
	list := func(values []string) string { return strings.Join(values, ", ") }
	return []fact{
		{"objective", a.Cell.Objective, b.Cell.Objective},
		{"learner", a.Cell.Learner, b.Cell.Learner},
		{"regularizers", list(a.Cell.Regularizers), list(b.Cell.Regularizers)},
		{"embedding", a.Cell.Embedding, b.Cell.Embedding},
		{"form", a.Cell.Form, b.Cell.Form},
		{"observers", list(a.Observers), list(b.Observers)},
	}
}

// settings are the facts of all that either arm reads, in the first one's order.
func settings(p pair) []fact {
	var out []fact
	a, b := p.a.planned.Settings, p.b.planned.Settings
	for _, one := range a {
		out = append(out, fact{one.Key, store.FormatAxis(one.Value), read(b, one.Key)})
	}
	for _, one := range b {
		if _, both := a.Get(one.Key); !both {
			out = append(out, fact{one.Key, unread, store.FormatAxis(one.Value)})
		}
	}
	return out
}

func read(s store.Settings, key string) string {
	v, ok := s.Get(key)
	if !ok {
		return unread
	}
	return store.FormatAxis(v)
}

package sweep

import (
	"fmt"
	"slices"

	"protobench/internal/setting"
)

// headKeys are the top-level keys that are no tables of settings.
var headKeys = []string{"name", "question", "baseline", "primary", "seeds", "references", "store", "method", "matrix"}

// head reads the sweep's own keys but those that name methods.
func (p *parser) head(file, text string) *Sweep {
	s := &Sweep{File: file, Text: text, Seeds: []uint64{0}}
	if v, ok := p.raw["name"]; ok {
		s.Name = p.name(v)
	} else {
		p.report("", "name", "missing", "expected the sweep's name", `write e.g. name = "my-sweep"`)
	}
	if v, ok := p.raw["question"]; ok {
		s.Question = p.text("question", v)
	}
	if v, ok := p.raw["primary"]; ok {
		s.Primary = p.primary(v)
	}
	if v, ok := p.raw["seeds"]; ok {
		s.Seeds = p.seeds(v)
	}
	s.KeepsWeights = p.keepsWeights()
	return s
}

// name reads the sweep's name, which is a folder's name as well.
func (p *parser) name(v any) string {
	s := p.text("name", v)
	if _, text := v.(string); text && (s == "" || safe(s) != s || s[0] == '.' || s[0] == '-') {
		p.report("name", "name", fmt.Sprintf("found %q", s), "expected at most 80 letters, digits and + - . _, starting with a letter or digit", "")
	}
	return s
}

func (p *parser) text(key string, v any) string {
	s, ok := v.(string)
	if !ok {
		p.report(key, key, "found "+setting.Describe(v), "expected a text", "")
	}
	return s
}

// texts reads a list of texts.
func (p *parser) texts(path, key string, v any) []string {
	list, ok := v.([]any)
	if !ok {
		p.report(path, key, "found "+setting.Describe(v), "expected a list of texts", fmt.Sprintf("write e.g. %s = [%q]", key, "…"))
	}
	out := make([]string, 0, len(list))
	for _, item := range list {
		if s, ok := item.(string); ok {
			out = append(out, s)
		} else {
			p.report(path, key, "found "+setting.Describe(item)+" in the list", "expected texts", "")
		}
	}
	return out
}

func (p *parser) primary(v any) []string {
	keys := p.texts("primary", "primary", v)
	for _, k := range keys {
		if known := p.catalogue.Metrics; !slices.Contains(known, k) {
			p.report("primary", "primary", fmt.Sprintf("unknown metric %q", k), "", setting.Suggest(k, known, "see `protobench list metrics`"))
		}
	}
	return keys
}

// seeds reads a number n (seeds 0 to n-1) or a list.
func (p *parser) seeds(v any) []uint64 {
	switch v := v.(type) {
	case int64:
		if v >= 1 {
			return firstSeeds(v)
		}
	case []any:
		if list, ok := seedList(v); ok {
			return list
		}
	}
	p.report("seeds", "seeds", "found "+setting.Describe(v), "expected a number of seeds, at least 1, or a list of different whole numbers", "write e.g. seeds = 6")
	return []uint64{0}
}

func firstSeeds(n int64) []uint64 {
	seeds := make([]uint64, min(n, 100_000))
	for i := range seeds {
		seeds[i] = uint64(i)
	}
	return seeds
}

func seedList(list []any) ([]uint64, bool) {
	var seeds []uint64
	for _, item := range list {
		n, ok := item.(int64)
		if !ok || n < 0 || slices.Contains(seeds, uint64(n)) {
			return nil, false
		}
		seeds = append(seeds, uint64(n))
	}
	return seeds, len(seeds) > 0
}

package sweep

import (
	"fmt"
	"slices"
	"strings"

	"protobench/internal/setting"
)

// HeadKeys are the keys at the top of a sweep file, which are no settings of a run, in the order of
// listings.
func HeadKeys() []setting.Key {
	one := func(path, kind, standard, doc string, also ...string) setting.Key {
		return setting.Key{Path: path, Type: kind, Default: standard, Readers: []string{"the sweep"}, Doc: doc, Also: also}
	}
	return []setting.Key{
		one("name", "text", "", "the sweep's name and its folder under results/; it has to stand"),
		one("question", "text", "", "what the sweep asks, for listings and the report"),
		one("note", "text", "", "what readers of the outcome have to know, said at its end and under the question", "remark", "comment", "description"),
		one("seeds", "integer or list", "1", "number n of runs of each arm, with seeds 0 to n-1, or a list of seeds", "num_seeds", "n_seeds", "seed", "random_seed"),
		one("baseline", "text or table", "", "the arm that others are tested against: its name, or { learner = \"joint\" } for each arm's own objective's arm with that learner", "control"),
		one("searched", "list of texts", "", "settings whose value was searched for every arm alike, such as train.lr: arms are paired with the baseline though they differ in them", "tuned"),
		one("primary", "list of texts", "", "the declared endpoints, metrics that arms are tested in (protobench list metrics)", "endpoint", "endpoints", "primary_metric", "metrics"),
		one("references", "true/false or list", "true", "the rows that accuracies are read against: pixels, untrained, supervised"),
		one("store", "table", "", "what runs keep: weights = false leaves out the encoders of finished cells"),
		one("slurm", "table", "", "what --executor slurm asks the cluster for, with the keys below"),
		one("method", "tables", "", "an arm each: [[method]], with the keys below and any setting of its own"),
		one("claim", "tables", "", "a prediction each: [[claim]], judged by `protobench explain`"),
		one("matrix", "table", "", "axes: a list of values by key path, or { values = […], where = {…} } for some arms"),
	}
}

// MethodKeys are the keys of a [[method]] that are no settings, in the order of listings.
func MethodKeys() []setting.Key {
	one := func(name, kind, standard, doc string, choices ...string) setting.Key {
		return setting.Key{Path: "method." + name, Type: kind, Default: standard, Choices: choices, Readers: []string{"its arm"}, Doc: doc}
	}
	return []setting.Key{
		one("name", "text", "", "the arm's name: a preset's (then the arm is that preset), or a new one; left out, it is that of preset"),
		one("preset", "text", "", "the preset whose parts and settings the arm starts from, whatever its name (protobench list methods)"),
		one("form", "text", Controlled, "controlled: everything but the axes as the sweep has it; faithful: as the preset's own paper has it", Controlled, Faithful),
		one("objective", "text", "", "turns scores into targets and a loss (protobench list objectives)"),
		one("learner", "text or list of tables", "", "moves the prototypes (protobench list learners), or a schedule: "+strings.TrimPrefix(phaseExample, "write e.g. learner = ")),
		one("regularizers", "list of texts", "[]", "terms added to the loss (protobench list regularizers)"),
		one("embedding", "text", "plain", "what scores and learners see (protobench list embeddings)"),
		one("observers", "list of texts", "[]", "learners that see the same embeddings and feed nothing back"),
	}
}

// inHead reports whether a name is one of the top of the file.
func inHead(name string) bool {
	return slices.ContainsFunc(HeadKeys(), func(k setting.Key) bool { return k.Path == name })
}

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
	if v, ok := p.raw["note"]; ok {
		s.Note = p.text("note", v)
	}
	if v, ok := p.raw["searched"]; ok {
		s.Searched = p.searched(v)
	}
	if v, ok := p.raw["primary"]; ok {
		s.Primary = p.primary(v)
	}
	if v, ok := p.raw["seeds"]; ok {
		s.Seeds = p.seeds(v)
	}
	s.KeepsWeights = p.keepsWeights()
	s.Slurm = p.slurm()
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
	seeds := make([]uint64, min(n, mostCells+1)) // more are refused
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

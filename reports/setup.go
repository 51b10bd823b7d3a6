package reports

import (
	"fmt"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"protobench/harness/store"
)

// setup says in sentences how the sweep was run, from the plan alone.
func (s *sweep) setup() ([]string, error) {
	var out []string
	out = append(out, s.extent())
	if arms := s.trained(); len(arms) > 0 {
		var config map[string]any
		if _, err := toml.Decode(arms[0].runs[0].Dir.Plan().Config, &config); err != nil {
			return nil, fmt.Errorf("plan.json: config of %s: %w", arms[0].runs[0].Dir.Plan().Dir, err)
		}
		for _, table := range []string{"data", "encoder", "train", "prototypes", "loss"} {
			if text := s.settingsText(config, table); text != "" {
				out = append(out, text)
			}
		}
	}
	return append(out, s.baselineText()), nil
}

// extent counts arms, seeds and cells.
func (s *sweep) extent() string {
	var seeds []uint64
	done, planned := 0, 0
	for _, a := range s.arms {
		for _, r := range a.runs {
			seeds = append(seeds, r.cell().Seed)
			planned++
			if r.State == store.Done {
				done++
			}
		}
	}
	slices.Sort(seeds)
	seeds = slices.Compact(seeds)
	return fmt.Sprintf("**Extent.** %d arms and %d reference rows, %d seeds (%s): %d of %d cells are done.",
		len(s.trained()), len(s.arms)-len(s.trained()), len(seeds), strings.Trim(fmt.Sprint(seeds), "[]"), done, planned)
}

// settingsText lists one table of the first arm's resolved config. Axes of the matrix are
// in the rows' names and are left out.
func (s *sweep) settingsText(config map[string]any, table string) string {
	values, ok := config[table].(map[string]any)
	if !ok {
		return ""
	}
	var parts []string
	for _, key := range sortedNames(values) {
		if slices.Contains(s.varyingAxes(), table+"."+key) || values[key] == "" || key == "path" {
			continue
		}
		parts = append(parts, fmt.Sprintf("%s %s", key, store.FormatAxis(values[key])))
	}
	if len(parts) == 0 {
		return ""
	}
	name := strings.ToUpper(table[:1]) + table[1:]
	return fmt.Sprintf("**%s** (first arm's). %s.", name, escapeMarkdown(strings.Join(parts, ", ")))
}

func (s *sweep) baselineText() string {
	text := "**Baseline.** "
	if s.plan.Baseline == "" {
		return text + "The sweep names none, so nothing is compared."
	}
	if learner, ok := cutLearner(s.plan.Baseline); ok {
		text += fmt.Sprintf("Each arm is paired with its own objective's `%s` arm at equal axes and seed", learner)
	} else {
		text += fmt.Sprintf("Each arm is paired with `%s` at equal axes and seed", s.plan.Baseline)
	}
	if len(s.plan.Primary) == 0 {
		return text + ". No endpoint was declared, so nothing is tested."
	}
	return text + fmt.Sprintf(". Declared endpoints: `%s`.", strings.Join(s.plan.Primary, "`, `"))
}

// provenanceLines lists what made the results.
func (s *sweep) provenanceLines() []string {
	fields := []struct {
		name string
		of   func(store.Provenance) string
	}{
		{"protobench", func(p store.Provenance) string { return p.Version }},
		{"numerics revision", func(p store.Provenance) string {
			if p.Numerics == 0 {
				return ""
			}
			return fmt.Sprint(p.Numerics)
		}},
		{"Go", func(p store.Provenance) string { return p.Go }},
		{"processor", func(p store.Provenance) string { return p.CPU }},
		{"instruction set", func(p store.Provenance) string { return p.ISA }},
		{"data SHA-256", func(p store.Provenance) string { return p.DataSHA256 }},
	}
	var out []string
	for _, f := range fields {
		if v := s.provenance(f.of); len(v) > 0 {
			out = append(out, fmt.Sprintf("- %s: %s", f.name, escapeMarkdown(strings.Join(v, "; "))))
		}
	}
	return out
}

package reports

import (
	"fmt"
	"slices"
	"strings"

	"protobench/datasets"
	"protobench/harness/store"
	"protobench/internal/wording"
	"protobench/reports/table"
)

// setup says in sentences how the sweep was run, from the plan alone.
func (s *sweep) setup() []string {
	out := []string{s.extent()}
	if text := s.dataText(); text != "" {
		out = append(out, text)
	}
	return append(out, measuredText, s.baselineText())
}

const measuredText = "**Measuring.** Networks are run in evaluation mode: batch norms use their running statistics, which batches in training mode fill before step 0, for every arm alike. Tables count all images after the last epoch."

// dataText sets the number of prototypes beside what the data set holds.
func (s *sweep) dataText() string {
	name, _ := s.common("data.name")
	k, same := s.common("prototypes.count")
	i := slices.IndexFunc(datasets.List(), func(d datasets.Info) bool { return d.Name == name })
	if i < 0 {
		return ""
	}
	text := fmt.Sprintf("**Data set.** %s: %s.", table.EscapeMarkdown(name), table.EscapeMarkdown(datasets.List()[i].Doc))
	if same && k != "" {
		text += fmt.Sprintf(" K = %s prototypes are learned on it.", k)
	}
	return text
}

// settingsTable lists the settings that all arms share that read them.
func (s *sweep) settingsTable() *table.Table {
	t := &table.Table{Name: "settings", Caption: "Settings that all arms share which read them, and how many do.",
		Columns: []table.Column{table.Words("setting"), table.Words("value"), table.WordsAs("read by", "read_by")}}
	for _, key := range s.settingKeys() {
		value, same := s.common(key)
		if !same || value == "" {
			continue
		}
		readers := 0
		for _, a := range s.trained() {
			if _, read := a.setting(key); read {
				readers++
			}
		}
		text := "all arms"
		if all := len(s.trained()); readers < all {
			text = fmt.Sprintf("%d of %d arms", readers, all)
		}
		t.Rows = append(t.Rows, table.Texts(key, value, text))
	}
	return t
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
	return fmt.Sprintf("**Extent.** %s and %s, %s (%s): %d of %s done.",
		wording.Count(len(s.trained()), "arm"), wording.Count(len(s.arms)-len(s.trained()), "reference row"), wording.Count(len(seeds), "seed"), strings.Trim(fmt.Sprint(seeds), "[]"), done, wording.Count(planned, "cell"))
}

func (s *sweep) baselineText() string {
	text := "**Baseline.** "
	if s.plan.Baseline == "" {
		return text + "The sweep names none, so nothing is compared."
	}
	if learner, ok := cutLearner(s.plan.Baseline); ok {
		text += fmt.Sprintf("Each arm is paired with its own objective's `%s` arm at equal axes, seed and settings of the run (data, encoder, views, training, K)%s", learner, s.searchedText())
	} else {
		text += fmt.Sprintf("Each arm is paired with `%s` at equal axes and seed", s.plan.Baseline)
	}
	if len(s.plan.Primary) == 0 {
		return text + ". No endpoint was declared, so nothing is tested."
	}
	text += fmt.Sprintf(". Declared endpoints: `%s`.", strings.Join(s.plan.Primary, "`, `"))
	if alone := s.alone(); len(alone) > 0 {
		text += " Without such a partner, and so not tested: " + strings.Join(alone, ", ") + "."
	}
	return text
}

// searchedText names what may differ between an arm and its baseline.
func (s *sweep) searchedText() string {
	if len(s.plan.Searched) == 0 {
		return ""
	}
	return ", but for what was searched for each of them: `" + strings.Join(s.plan.Searched, "`, `") + "`"
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
		{"products in training", func(p store.Provenance) string { return p.Precision }},
		{"data SHA-256", func(p store.Provenance) string { return p.DataSHA256 }},
	}
	var out []string
	for _, f := range fields {
		if v := s.provenance(f.of); len(v) > 0 {
			out = append(out, fmt.Sprintf("- %s: %s", f.name, table.EscapeMarkdown(strings.Join(v, "; "))))
		}
	}
	return out
}

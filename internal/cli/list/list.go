package list

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"protobench/ablations"
	"protobench/datasets"
	"protobench/encoders"
	"protobench/harness"
	"protobench/harness/sweep"
	"protobench/internal/console"
	"protobench/internal/setting"
	"protobench/metrics"
)

// Command is the verb list.
type Command struct {
	What     string `arg:"" enum:"all,methods,objectives,learners,regularizers,embeddings,encoders,datasets,metrics,ablations,keys" help:"One of ${enum}; all is what methods are made of, and every setting."`
	JSON     bool   `name:"json" help:"One JSON object per line." xor:"format"`
	Markdown bool   `help:"Markdown, as in docs/methods.md (all) and docs/sweep.md (keys)." xor:"format"`
}

// section is one table of a listing.
type section struct {
	title, intro string // of the page
	page         bool   // too wide for a terminal
	code         int    // leading columns that hold names and values
	head         []string
	rows         []row
}

// row is one thing that there is: cells for people, value for programs (nil where another row's
// value has it).
type row struct {
	cells []string
	value any
}

// Run lists one kind of thing.
func (c Command) Run(w *console.Console) error {
	sections := c.sections()
	switch {
	case c.JSON:
		return listJSON(w.Out, sections)
	case c.Markdown:
		return listMarkdown(w.Out, sections, pageHeads()[c.What])
	}
	width := console.WidthOf(w.Out, listWidth)
	for i, s := range sections {
		if s.page {
			continue
		}
		if i > 0 {
			_, _ = fmt.Fprintf(w.Out, "\n%s\n\n", s.title) // the table's own writing reports what is wrong
		}
		if err := listText(w.Out, s, width); err != nil {
			return err
		}
	}
	return nil
}

func listJSON(w io.Writer, sections []section) error {
	lines := json.NewEncoder(w)
	for _, s := range sections {
		for _, r := range s.rows {
			if r.value == nil {
				continue
			}
			if err := lines.Encode(r.value); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c Command) sections() []section {
	one := func(rows func() ([]string, []row)) []section {
		head, r := rows()
		return []section{{title: c.What, code: 1, head: head, rows: r}}
	}
	switch c.What {
	case "encoders":
		return one(encoderRows)
	case "datasets":
		return one(datasetRows)
	case "metrics":
		return one(metricRows)
	case "ablations":
		return one(ablationRows)
	case "keys":
		return one(func() ([]string, []row) {
			return keyRows(slices.Concat(sweep.HeadKeys(), sweep.MethodKeys(), sweep.ClaimKeys(), sweep.SlurmKeys(), sweep.Schema().Keys()))
		})
	}
	return methodSections(c.What)
}

func encoderRows() (head []string, rows []row) {
	for _, a := range encoders.Architectures() {
		rows = append(rows, row{[]string{a.Name, a.Doc, a.Source}, a})
	}
	return []string{"name", "what it is", "source"}, rows
}

func datasetRows() (head []string, rows []row) {
	for _, d := range datasets.List() {
		rows = append(rows, row{[]string{d.Name, d.Doc, d.Files, d.Source, d.Size, d.Licence}, d})
	}
	return []string{"name", "what it shows", "files", "source", "size", "licence"}, rows
}

func metricRows() (head []string, rows []row) {
	for _, m := range metrics.Specs() {
		cells := []string{m.Key, string(m.Unit), string(m.Better), string(m.When), m.Doc, m.Formula, m.Collapse, m.Source}
		rows = append(rows, row{cells, m})
	}
	return []string{"key", "unit", "better", "measured", "what it is", "formula", "what collapse looks like", "source"}, rows
}

func ablationRows() (head []string, rows []row) {
	for _, name := range ablations.Names() {
		text, _ := ablations.Text(name)
		s, err := sweep.Parse(name, text, harness.Catalogue())
		question := ""
		if err == nil {
			question = s.Question
		}
		rows = append(rows, row{[]string{name, question}, map[string]string{"name": name, "question": question}})
	}
	return []string{"name", "question"}, rows
}

func keyRows(keys []setting.Key) (head []string, rows []row) {
	for _, k := range keys {
		readers := "all"
		if len(k.Readers) > 0 {
			readers = strings.Join(k.Readers, ", ")
		}
		rows = append(rows, row{[]string{k.Path, k.Type, bounds(k), k.Default, readers, docOf(k)}, k})
	}
	return []string{"key", "type", "range", "default", "read by", "what it sets"}, rows
}

// docOf is what a key sets, and what it needs to have an effect.
func docOf(k setting.Key) string {
	if len(k.Needs) == 0 {
		return k.Doc
	}
	return k.Doc + " (with " + sweep.Conditions(k) + ")"
}

// bounds are the values that a key may have.
func bounds(k setting.Key) string {
	if len(k.Choices) > 0 {
		return strings.Join(k.Choices, ", ")
	}
	return k.Range
}

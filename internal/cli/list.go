package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"protobench/ablations"
	"protobench/datasets"
	"protobench/harness"
)

type listCommand struct {
	What string `arg:"" enum:"methods,objectives,learners,regularizers,embeddings,encoders,datasets,metrics,ablations,keys" help:"One of ${enum}."`
	JSON bool   `name:"json" help:"One JSON object per line."`
}

// row is one thing that there is: cells for people, value for programs.
type row struct {
	cells []string
	value any
}

// Run lists one kind of thing.
func (c listCommand) Run(w *console) error {
	head, rows := c.rows()
	if c.JSON {
		lines := json.NewEncoder(w.out)
		for _, r := range rows {
			if err := lines.Encode(r.value); err != nil {
				return err
			}
		}
		return nil
	}
	return table(w.out, head, rows)
}

func (c listCommand) rows() (head []string, rows []row) {
	switch c.What {
	case "encoders":
		return encoderRows()
	case "datasets":
		return datasetRows()
	case "metrics":
		return metricRows()
	case "ablations":
		return ablationRows()
	case "keys":
		return keyRows()
	}
	axis := strings.TrimSuffix(c.What, "s")
	if axis == "method" {
		axis = "preset"
	}
	return componentRows(axis)
}

func componentRows(axis string) (head []string, rows []row) {
	for _, c := range harness.Methods().Components {
		if c.Axis != axis {
			continue
		}
		value := map[string]string{"name": c.Name, "doc": c.Doc, "source": c.Source}
		rows = append(rows, row{[]string{c.Name, c.Doc, c.Source}, value})
	}
	return []string{"name", "what it is", "source"}, rows
}

func encoderRows() (head []string, rows []row) {
	for _, k := range harness.Keys() {
		if k.Path == "encoder.name" {
			for _, name := range k.Choices {
				rows = append(rows, row{[]string{name}, map[string]string{"name": name}})
			}
		}
	}
	return []string{"name"}, rows
}

func datasetRows() (head []string, rows []row) {
	for _, d := range datasets.List() {
		rows = append(rows, row{[]string{d.Name, d.Doc, d.Files, d.Source}, d})
	}
	return []string{"name", "what it shows", "files", "source"}, rows
}

func metricRows() (head []string, rows []row) {
	for _, m := range harness.MetricList() {
		rows = append(rows, row{[]string{m.Key, m.Doc, m.Source}, m})
	}
	return []string{"key", "what it is", "source"}, rows
}

func ablationRows() (head []string, rows []row) {
	for _, name := range ablations.Names() {
		text, _ := ablations.Text(name)
		s, err := harness.Parse(name, text, harness.Methods())
		question := ""
		if err == nil {
			question = s.Question
		}
		rows = append(rows, row{[]string{name, question}, map[string]string{"name": name, "question": question}})
	}
	return []string{"name", "question"}, rows
}

func keyRows() (head []string, rows []row) {
	for _, k := range harness.Keys() {
		bounds := k.Range
		if len(k.Choices) > 0 {
			bounds = strings.Join(k.Choices, ", ")
		}
		readers := "all"
		if len(k.Readers) > 0 {
			readers = strings.Join(k.Readers, ", ")
		}
		rows = append(rows, row{[]string{k.Path, k.Type, bounds, k.Default, readers, k.Doc}, k})
	}
	return []string{"key", "type", "range", "default", "read by", "what it sets"}, rows
}

func table(w io.Writer, head []string, rows []row) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, strings.Join(head, "\t")) // a tabwriter fails at Flush
	for _, r := range rows {
		_, _ = fmt.Fprintln(t, strings.Join(r.cells, "\t"))
	}
	return t.Flush()
}

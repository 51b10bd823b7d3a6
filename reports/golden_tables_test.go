package reports

import (
	"cmp"
	"encoding/csv"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"protobench/reports/table"
	"protobench/reports/table/pdflatex"
)

// reference is a committed run's tables, read from where they are.
func reference(t *testing.T, name string) tables {
	t.Helper()
	s, err := load(filepath.Join("..", "results", "reference", name))
	must(t, err)
	findings, err := s.findings()
	must(t, err)
	return s.tables(findings)
}

// everyForm is a table in each format and as a terminal of 100 columns shows it.
func everyForm(t *testing.T, of *table.Table) *txtar.Archive {
	t.Helper()
	out := &txtar.Archive{}
	for _, format := range table.Formats() {
		text, err := of.InPrint(format).Formatted(format)
		must(t, err)
		out.Files = append(out.Files, txtar.File{Name: of.Name + "." + format, Data: []byte(text)})
	}
	return &txtar.Archive{Files: append(out.Files, txtar.File{Name: of.Name + ".txt", Data: []byte(terminal(t, cmp.Or(briefly(of), of)))})}
}

// briefly is a table's short form; nil where it has none.
func briefly(t *table.Table) *table.Table {
	if b := t.Brief(); len(b.Columns) > 0 {
		return b
	}
	return nil
}

// Every table of a committed run is what it was, in every form.
func TestGoldenTables(t *testing.T) {
	all := reference(t, "joint-vs-decoupled")
	n := 0
	for _, one := range all.all() {
		if len(one.Rows) == 0 {
			continue
		}
		n++
		compareText(t, filepath.Join("reference", one.Name+".txtar"), string(txtar.Format(everyForm(t, one))))
	}
	if n < 9 {
		t.Errorf("%d tables", n)
	}
	compareText(t, filepath.Join("reference", "roster.txt"), terminal(t, reference(t, "roster").main.Brief()))
}

// Whatever stands in a committed run's tables compiles.
func TestTablesOfCommittedRunsCompile(t *testing.T) {
	var sources []string
	for _, run := range []string{"joint-vs-decoupled", "roster", "fashion-mnist"} {
		for _, one := range reference(t, run).all() {
			if len(one.Rows) > 0 {
				sources = append(sources, one.InPrint("tex").LaTeX())
			}
		}
	}
	pdflatex.Compile(t, sources...)
}

// Columns of numbers hold numbers alone, in every table of every committed run.
func TestCSVHoldsNumbers(t *testing.T) {
	for _, run := range []string{"joint-vs-decoupled", "roster", "fashion-mnist"} {
		for _, one := range reference(t, run).all() {
			text, err := one.CSV()
			must(t, err)
			rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
			must(t, err)
			wordy := map[string]bool{"baseline": true}
			for i, c := range one.Columns {
				if c.Text || c.Data || i == 0 || one.Name == "arms" {
					wordy[c.CSV] = true
				}
			}
			for _, row := range rows[1:] {
				for i, field := range row {
					if _, err := strconv.ParseFloat(field, 64); err != nil && field != "" && !wordy[rows[0][i]] {
						t.Errorf("%s of %s: %q in the column %s", one.Name, run, field, rows[0][i])
					}
					if field == undefined {
						t.Errorf("%s of %s: a dash in the column %s", one.Name, run, rows[0][i])
					}
				}
			}
		}
	}
}

// No table of a committed run is wider than a terminal, however narrow that is.
func TestTablesFitTerminals(t *testing.T) {
	for _, one := range reference(t, "joint-vs-decoupled").all() {
		for _, width := range []int{40, 80, 120} {
			text, err := one.Text(width)
			must(t, err)
			for line := range strings.Lines(text) {
				if n := len([]rune(strings.TrimRight(line, " \n"))); n > width {
					t.Errorf("%s at %d: %d columns: %s", one.Name, width, n, line)
				}
			}
		}
	}
}

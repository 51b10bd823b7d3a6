package cli

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestHeadlineTablesAreTheReports compares README's tables of results with the committed reports: a
// row begins with an arm's name in code style, and each column whose title a table of the report has
// repeats its cell, without the counts in brackets.
func TestHeadlineTablesAreTheReports(t *testing.T) {
	const root = "../.."
	text := readText(t, filepath.Join(root, "README.md"))
	_, section, found := strings.Cut(text, "\n## What the default ablation shows\n")
	if !found {
		t.Fatal("README.md has no section of that name")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	report := cellsOf(readText(t, filepath.Join(root, "results/reference/joint-vs-decoupled/report/README.md")))
	compared := 0
	for at, said := range cellsOf(section) {
		arm := strings.Trim(strings.SplitN(at.row, "`", 3)[min(1, strings.Count(at.row, "`"))], " ")
		want, ok := report[place{arm, at.column}]
		if !ok {
			continue
		}
		want, _, _ = strings.Cut(want, " (")
		compared++
		if said != want {
			t.Errorf("README.md: %s, %s: %q, the report has %q", at.row, at.column, said, want)
		}
	}
	if compared < 50 {
		t.Errorf("%d cells compared, want those of all arms: titles of columns or names of arms differ", compared)
	}
}

// place is where a Markdown table has a value: its row's first cell and its column's title.
type place struct{ row, column string }

// cellsOf are the cells of every table of a page; of equal places the first one's.
func cellsOf(page string) map[place]string {
	out := map[place]string{}
	var titles []string
	for line := range strings.Lines(page) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") {
			titles = nil
			continue
		}
		parts := strings.Split(strings.Trim(line, "|"), "|")
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
		}
		switch {
		case titles == nil:
			titles = parts
		case strings.HasPrefix(parts[0], ":"), strings.HasPrefix(parts[0], "-"):
		default:
			row, _, _ := strings.Cut(parts[0], " [") // without the marks of its footnotes
			for i, text := range parts[1:] {
				if at := (place{row, titles[i+1]}); out[at] == "" {
					out[at] = text
				}
			}
		}
	}
	return out
}

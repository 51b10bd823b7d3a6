package reports

import (
	"bytes"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"protobench/reports/table"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the expected report files")

func TestReport(t *testing.T) {
	s := demoOnce(t).summary
	for _, name := range []string{"README.md", "main.csv", "comparisons.csv"} {
		compareText(t, name, string(demoOnce(t).report[name]))
	}
	compareText(t, "terminal.txt", terminal(t, s.MainTable))
	if s.Planned != 55 || s.Done != 52 || s.Failed != 1 || len(s.Unplanned) != 1 || s.Missing != nil {
		t.Errorf("summary: %d planned, %d done, %d failed, unplanned %v, missing %v", s.Planned, s.Done, s.Failed, s.Unplanned, s.Missing)
	}
	if filepath.Base(s.Path) != "README.md" || filepath.Base(filepath.Dir(s.Path)) != "report" {
		t.Error(s.Path)
	}
}

// terminal writes a table for a terminal of 100 columns.
func terminal(t *testing.T, of *table.Table) string {
	t.Helper()
	text, err := of.Text(100)
	must(t, err)
	return text
}

// Two reports of one store are equal byte by byte, pictures included.
func TestReportIsDeterministic(t *testing.T) {
	first := demoOnce(t).report
	_, second := written(t, demo(t))
	for name, b := range first {
		if !bytes.Equal(b, second[name]) {
			t.Errorf("%s differs", name)
		}
	}
	if len(first) != 47 || len(second) != len(first) {
		t.Errorf("%d and %d files, want 47", len(first), len(second))
	}
}

// written writes a report anew and reads its files, by name.
func written(t *testing.T, dir string) (s Summary, out map[string][]byte) {
	t.Helper()
	must(t, os.RemoveAll(filepath.Join(dir, "report")))
	s, err := Write(dir, Options{})
	must(t, err)
	out = map[string][]byte{}
	must(t, filepath.WalkDir(filepath.Join(dir, "report"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		out[e.Name()], err = os.ReadFile(path)
		return err
	}))
	return s, out
}

// rounded keeps nine digits of long numbers: processors may differ in the last ones.
func rounded(s string) string {
	return regexp.MustCompile(`\d+\.\d{9,}(e[-+]\d+)?`).ReplaceAllStringFunc(s, func(n string) string {
		v, _ := strconv.ParseFloat(n, 64)
		return strconv.FormatFloat(v, 'g', 9, 64)
	})
}

func compareText(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		must(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	must(t, err)
	if d := cmp.Diff(rounded(string(want)), rounded(got)); d != "" {
		t.Errorf("%s (run with -update when the change is meant):\n%s", name, d)
	}
}

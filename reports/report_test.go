package reports

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the expected report files")

func TestReport(t *testing.T) {
	dir := demo(t)
	s, err := Write(dir)
	must(t, err)
	if keep := os.Getenv("PROTOBENCH_KEEP"); keep != "" {
		must(t, os.CopyFS(keep, os.DirFS(dir)))
	}
	compareFile(t, "README.md", s.Path)
	compareFile(t, "main.csv", filepath.Join(dir, "report", "main.csv"))
	compareFile(t, "comparisons.csv", filepath.Join(dir, "report", "comparisons.csv"))
	compareText(t, "terminal.txt", s.MainTable)
}

func compareFile(t *testing.T, name, path string) {
	t.Helper()
	b, err := os.ReadFile(path)
	must(t, err)
	compareText(t, name, string(b))
}

func compareText(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		must(t, os.MkdirAll("testdata", 0o755))
		must(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	must(t, err)
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (run with -update when the change is meant):\n%s", name, d)
	}
}

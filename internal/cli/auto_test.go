package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"protobench/datasets"
	"protobench/harness/store"
)

// TestEverySetTrains takes each set that is found among the data from recognition over verification
// to a report.
func TestEverySetTrains(t *testing.T) {
	if os.Getenv("PROTOBENCH_DATA") == "" {
		t.Skip("PROTOBENCH_DATA is not set: no sets")
	}
	for _, set := range datasets.Installed() {
		t.Run(filepath.Base(set.Path), func(t *testing.T) {
			if set.Name == "" {
				t.Skip("no set is recognised in " + set.Path)
			}
			base := t.TempDir()
			file, out := filepath.Join(base, "set.toml"), filepath.Join(base, "out")
			text := fmt.Sprintf(`
name = "set"
[data]
name = "auto"
path = %q
per_class = 3
size = 16
test_limit = 200
[encoder]
width = 4
depth = 2
hidden = 32
dim = 16
[train]
epochs = 2
batch = 16
[prototypes]
count = 8
[[method]]
name = "swav"
`, set.Path)
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			mustRun(context.Background(), t, io.Discard, "data", "verify", set.Path)
			mustRun(context.Background(), t, io.Discard, "run", file, "--out", out, "--json")
			d, err := store.Open(out)
			if err != nil {
				t.Fatal(err)
			}
			cells, err := d.Cells()
			if err != nil || len(cells) != 4 {
				t.Fatalf("%d cells, %v", len(cells), err)
			}
			for _, c := range cells {
				if c.State != store.Done || c.Result.Outcome.Status != store.OK && c.Result.Outcome.Status != store.Collapsed {
					t.Errorf("%s: %+v", c.Dir.Path(), c.Result.Outcome)
				}
			}
			if _, err := os.Stat(filepath.Join(out, "report", "README.md")); err != nil {
				t.Error(err)
			}
		})
	}
}

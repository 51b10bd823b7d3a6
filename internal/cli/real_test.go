package cli

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"

	"protobench/ablations"
	"protobench/harness"
	"protobench/harness/store"
	"protobench/harness/sweep"
)

const fashionSweep = `
name = "fashion"
baseline = { learner = "joint" }
primary = ["live_unique@0.025"]
[data]
name = "fashion-mnist"
limit = 512
test_limit = 256
[encoder]
width = 4
depth = 2
hidden = 32
dim = 16
[train]
epochs = 1
batch = 64
[prototypes]
count = 32
[[method]]
name = "swav"
[[method]]
name = "swav+gmm"
observers = ["joint"]
`

// Real images from files, from the command line to the report.
func TestFashionMNIST(t *testing.T) {
	if root := os.Getenv("PROTOBENCH_DATA"); root == "" {
		t.Skip("fashion-mnist: PROTOBENCH_DATA is not set")
	} else if _, err := os.Stat(filepath.Join(root, "fashion-mnist")); err != nil {
		t.Skip("fashion-mnist: not in PROTOBENCH_DATA")
	}
	base := t.TempDir()
	file, out := filepath.Join(base, "fashion.toml"), filepath.Join(base, "out")
	if err := os.WriteFile(file, []byte(fashionSweep), 0o600); err != nil {
		t.Fatal(err)
	}
	mustRun(context.Background(), t, io.Discard, "validate", file)
	mustRun(context.Background(), t, io.Discard, "run", file, "--out", out, "--json")
	mustRun(context.Background(), t, io.Discard, "doctor", out)
	d, err := store.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	cells, err := d.Cells()
	if err != nil || len(cells) != 5 {
		t.Fatalf("%d cells, %v", len(cells), err)
	}
	for _, c := range cells {
		// Chance is 0.1; even untrained features and the pixels know the trousers from the bags.
		if v := c.Result.Metrics["linear@backbone.teacher"]; c.State != store.Done || !(v > 0.3) {
			t.Errorf("%s: %v, linear accuracy %v", c.Dir.Path(), c.State, v)
		}
	}
	if _, err := os.Stat(filepath.Join(d.Report(), "README.md")); err != nil {
		t.Error(err)
	}
}

// Every sweep that ships is in order, as far as that can be told without its data.
func TestAblationsParse(t *testing.T) {
	for _, name := range ablations.Names() {
		text, _ := ablations.Text(name)
		s, err := sweep.Parse(name, text, harness.Catalogue())
		if err != nil {
			t.Error(err)
			continue
		}
		tests := s.Baseline != "" && len(s.Primary) > 0 || len(s.Claims) > 0
		if s.Name != name || s.Question == "" || !tests {
			t.Errorf("%s: name %q, question %q; baseline %q with primary %q, or claims: %d", name, s.Name, s.Question, s.Baseline, s.Primary, len(s.Claims))
		}
	}
}

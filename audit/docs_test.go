package audit

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"protobench/audit/checkpoint"
	"protobench/internal/setting"
)

func documentation(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "docs", "audit.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestThresholdsOfDocument: the page lists the thresholds as they are declared, and all verdicts.
func TestThresholdsOfDocument(t *testing.T) {
	text := documentation(t)
	for _, k := range setting.NewSchema([]setting.Table{setting.Of[Thresholds](table)}, nil).Keys() {
		row := fmt.Sprintf("| `%s` | %s | %s |", strings.TrimPrefix(k.Path, table+"."), k.Default, k.Doc)
		if !strings.Contains(text, row) {
			t.Errorf("docs/audit.md lacks the row\n%s", row)
		}
	}
	for _, k := range Kinds() {
		if !strings.Contains(text, fmt.Sprintf("\n| %s | ", k)) {
			t.Errorf("docs/audit.md does not say when a verdict is %s", k)
		}
	}
}

// TestCallbackOfDocument saves prototypes by the page's callback, with PyTorch, and audits them.
func TestCallbackOfDocument(t *testing.T) {
	if testing.Short() {
		t.Skip("loads PyTorch")
	}
	python := os.Getenv("PYTHON")
	if python == "" {
		python = "/usr/bin/python3"
	}
	if err := exec.Command(python, "-c", "import importlib.util as u, sys; sys.exit(u.find_spec('torch') is None)").Run(); err != nil {
		t.Skip(python + " has no torch")
	}
	_, rest, ok := strings.Cut(documentation(t), "```python\n")
	code, _, closed := strings.Cut(rest, "```")
	if !ok || !closed {
		t.Fatal("docs/audit.md has no block of Python")
	}
	code += `
torch.manual_seed(0)
model = torch.nn.Module()
model.prototypes = torch.nn.Linear(16, 48, bias=False)
callback = SavePrototypes(lambda model: model.prototypes.weight)
for epoch in range(3):
    class Trainer:
        current_epoch = epoch
    callback.on_train_epoch_end(Trainer, model)
    model.prototypes.weight.data[: 24 * epoch + 24] = torch.randn(1, 16)
`
	c := exec.Command(python, "-c", code)
	c.Dir = t.TempDir()
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	paths, err := filepath.Glob(filepath.Join(c.Dir, "prototypes", "*.pth"))
	if err != nil || len(paths) != 3 {
		t.Fatal(paths, err)
	}
	o := options()
	o.Series = true
	a := New(o)
	for _, path := range checkpoint.Ordered(paths) {
		if _, err := a.File(path); err != nil {
			t.Fatal(err)
		}
	}
	s := a.Series()
	if len(s) != 1 || s[0].Begins != "epoch 1" || s[0].Points[2].Verdict != Total || *s[0].Points[1].Displacement < 0.1 {
		t.Errorf("%+v", s)
	}
}

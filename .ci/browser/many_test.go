package browser

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/runtime"
)

// awaited has an expression's promise kept before its value is taken.
func awaited(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }

// multiply copies a run's finished cells under other seeds until there are n, with logs of a size as
// trainings write them.
func multiply(t *testing.T, dir string, n int) {
	t.Helper()
	edit(t, planOf(t, dir), func(p map[string]any) {
		cells := p["cells"].([]any)
		for first, at := len(cells), 0; len(cells) < n; at++ {
			cells = append(cells, copied(t, dir, cells[at%first].(map[string]any), 100+at/first))
		}
		p["cells"] = cells
	})
}

// planOf is the file of the plan that holds: the last one, unpacked.
func planOf(t *testing.T, dir string) string {
	t.Helper()
	packed, err := filepath.Glob(filepath.Join(dir, "plan*.json.gz"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range packed {
		if out, err := exec.Command("gunzip", path).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	path := filepath.Join(dir, "plan.json")
	for n := 2; ; n++ {
		next := filepath.Join(dir, fmt.Sprintf("plan.%d.json", n))
		if _, err := os.Stat(next); err != nil {
			return path
		}
		path = next
	}
}

func copied(t *testing.T, dir string, of map[string]any, seed int) map[string]any {
	t.Helper()
	raw, err := json.Marshal(of)
	if err != nil {
		t.Fatal(err)
	}
	var c map[string]any
	if err := json.Unmarshal(raw, &c); err != nil {
		t.Fatal(err)
	}
	from, to := of["dir"].(string), fmt.Sprintf("%s-%d", of["dir"], seed)
	c["dir"] = to
	cell := c["cell"].(map[string]any)
	cell["seed"], cell["hash"] = seed, fmt.Sprintf("%x%s", seed, cell["hash"])[:64]
	if err := os.CopyFS(filepath.Join(dir, "cells", to), os.DirFS(filepath.Join(dir, "cells", from))); err != nil {
		t.Fatal(err)
	}
	edit(t, filepath.Join(dir, "cells", to, "result.json"), func(r map[string]any) { r["cell"] = cell })
	if cell["objective"] != "" {
		write(t, filepath.Join(dir, "cells", to))
	}
	return c
}

// write makes up what trainings log.
func write(t *testing.T, cell string) {
	t.Helper()
	var steps, epochs strings.Builder
	for i := 1; i <= 500; i++ {
		fmt.Fprintf(&steps, `{"step":%d,"loss":%.6f,"values":{"drift":0,"lr":0.001}}`+"\n", 10*i, 5.5-float64(i)/300)
	}
	for i := range 40 {
		fmt.Fprintf(&epochs, `{"step":%d,"epoch":%d,"metrics":{"live_unique@0.025":%d,"unique@0.025":%d,"used":%d,"grouped_perplexity":%.5f}}`+"\n", 125*i, i, 256-5*i, 256-4*i, 256-i, 200-3.3*float64(i))
	}
	for name, text := range map[string]string{"steps.jsonl": steps.String(), "epochs.jsonl": epochs.String(), "log.txt": strings.Repeat("a line of a log that says something\n", 60)} {
		if err := os.WriteFile(filepath.Join(cell, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

package harness

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"protobench/datasets"
	"protobench/harness/cell"
	"protobench/harness/store"
	"protobench/metrics/uniqueness"
)

const probedSweep = `
name = "probed"
references = false
[data]
name = "shapes"
train = 64
test = 40
[encoder]
width = 4
depth = 2
stem_stride = 2
hidden = 16
dim = 8
[train]
epochs = 2
batch = 16
lr = 0.02
[evaluate]
dense_epochs = 1
dense = 2
[prototypes]
count = 12
[[method]]
name = "swav"
observers = ["joint", "gmm", "frozen"]
[[method]]
name = "dino+gmm"
[[method]]
name = "lejepa"
`

// linesOf runs a sweep for real and returns the measurements of each arm, and the bytes of their
// results' metrics.
func linesOf(t *testing.T, text string) (lines map[string][]store.Epoch, results map[string]string) {
	t.Helper()
	p, err := NewPlan("probed", text, Catalogue(), datasets.NewLibrary(datasets.Open))
	if err != nil {
		t.Fatal(err)
	}
	dir, o := t.TempDir(), options(cell.Real())
	o.Data = datasets.NewLibrary(datasets.Open)
	if s, err := Run(t.Context(), p, p.Jobs, dir, o); err != nil || len(s.Failed) > 0 {
		t.Fatalf("%+v, %v", s, err)
	}
	lines, results = map[string][]store.Epoch{}, map[string]string{}
	for _, c := range cellsOf(t, dir) {
		if lines[c.Result.Cell.Method], err = c.Dir.Epochs(); err != nil {
			t.Fatal(err)
		}
		raw, err := os.ReadFile(filepath.Join(c.Dir.Path(), "result.json"))
		if err != nil {
			t.Fatal(err)
		}
		var r struct{ Metrics, Observers json.RawMessage }
		if err := json.Unmarshal(raw, &r); err != nil {
			t.Fatal(err)
		}
		results[c.Result.Cell.Method] = string(r.Metrics) + string(r.Observers)
	}
	return lines, results
}

// TestProbesChangeNoMetric: curves and results are the same with probes and without, and where they
// are off, lines are those of old.
func TestProbesChangeNoMetric(t *testing.T) {
	with, results := linesOf(t, probedSweep)
	without, plain := linesOf(t, strings.Replace(probedSweep, "dense = 2", "dense = 2\nprobes = false", 1))
	if d := cmp.Diff(plain, results); d != "" {
		t.Error(d)
	}
	for arm, lines := range with {
		for i, l := range lines {
			if without[arm][i].Probes != nil || (l.Probes != nil) != (arm != "lejepa") {
				t.Errorf("%s, line %d: probes %v and %v", arm, i, l.Probes, without[arm][i].Probes)
			}
			l.Probes = nil
			if d := cmp.Diff(without[arm][i], l, cmpopts.EquateNaNs()); d != "" {
				t.Errorf("%s: %s", arm, d)
			}
		}
	}
}

// TestProbesOfALine: every value has its line in docs/probes.md and stands where it is to, at the
// first measurement and later.
func TestProbesOfALine(t *testing.T) {
	doc, err := os.ReadFile("../docs/probes.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range cell.ProbeKeys() {
		if !strings.Contains(string(doc), "`"+k.Key+"`") || k.Doc == "" {
			t.Errorf("docs/probes.md says nothing of %s", k.Key)
		}
	}
	lines, _ := linesOf(t, probedSweep)
	gradient, split := []string{"gradient", "gradient.radial", "gradient.common", "gradient.rest"}, []string{"code_entropy", "divergence"}
	for _, c := range []struct {
		arm, learner string
		steps        []string // beside those that all have
	}{
		{"swav", "", append(append([]string{"moved_by"}, gradient...), split...)}, {"swav", "joint", append(append([]string{"moved_by"}, gradient...), split...)},
		{"swav", "gmm", []string{"moved_by"}}, {"swav", "frozen", nil}, {"dino+gmm", "", append([]string{"moved_by"}, split...)},
	} {
		for i, l := range lines[c.arm] {
			p, want := l.Probes[c.learner], map[string]bool{}
			for _, k := range cell.ProbeKeys() {
				if strings.HasPrefix(k.Key, "nearest_cosine.") {
					want[k.Key] = true
				}
			}
			if i > 0 {
				want["changed"] = true
				for _, k := range c.steps {
					want[k] = true
				}
			}
			for k := range p.Values {
				if !want[k] {
					t.Errorf("%s %s, step %d: %s", c.arm, c.learner, l.Step, k)
				}
				delete(want, k)
			}
			if len(want) > 0 {
				t.Errorf("%s %s, step %d lacks %v", c.arm, c.learner, l.Step, want)
			}
		}
	}
}

// TestProbesAccountForUniqueness: what a measurement has fewer unique prototypes than the one
// before have merged in between, and a frozen learner's never do.
func TestProbesAccountForUniqueness(t *testing.T) {
	text := strings.NewReplacer("lr = 0.02", "lr = 0.05", "epochs = 2\nbatch", "epochs = 6\nbatch", "count = 12", "count = 12\nlr_mult = 10").Replace(probedSweep)
	lines, _ := linesOf(t, text)
	fell := 0
	for i, l := range lines["swav"] {
		if i == 0 {
			continue
		}
		for _, eps := range uniqueness.Epsilons() {
			key, before := uniqueness.Key(eps), lines["swav"][i-1].Metrics
			merged := float64(len(l.Probes[""].Merged[uniqueness.EpsilonText(eps)]))
			if lost := before[key] - l.Metrics[key]; lost > 0 {
				fell++
				if merged < lost {
					t.Errorf("step %d: %s fell by %g, %g merged", l.Step, key, lost, merged)
				}
			}
		}
		if p := l.Probes["frozen"]; p.Merged != nil {
			t.Errorf("step %d: frozen prototypes merged: %v", l.Step, p.Merged)
		}
		if p := l.Probes[""].Values; !(math.Abs(p["gradient.radial"]+p["gradient.common"]+p["gradient.rest"]-1) <= 1e-9) || p["changed"] < 0 || p["changed"] > 1 {
			t.Errorf("step %d: %v", l.Step, p)
		}
	}
	if fell == 0 {
		t.Error("uniqueness never fell, so that nothing was seen")
	}
}

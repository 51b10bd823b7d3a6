package sweep

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/internal/setting"
	"protobench/methods"
	"protobench/methods/part"
)

// testCatalogue is a small catalogue of its own, so that these tests do not move with package
// methods.
func testCatalogue() Catalogue {
	var components []methods.Component
	add := func(axis string, names ...string) {
		for _, n := range names {
			components = append(components, methods.Component{Axis: axis, Name: n})
		}
	}
	add("objective", "swav", "dino")
	add("learner", "joint", "gmm", "frozen")
	add("regularizer", "koleo-prototypes")
	add("embedding", "plain", "centred")
	add("preset", "swav", "dino", "swav+gmm")
	return Catalogue{Components: components, Preset: testPreset, Validate: testValidate, Metrics: []string{"live_unique@0.025", "linear@backbone.teacher"}}
}

func testPreset(name string) (part.Composition, map[string]any, bool) {
	objective, learner, composed := strings.Cut(name, "+")
	if !composed {
		learner = "joint"
	}
	ok := (objective == "swav" || objective == "dino") && (learner == "joint" || learner == "gmm")
	if !ok {
		return part.Composition{}, nil, false
	}
	var keys map[string]any
	if learner == "gmm" {
		keys = map[string]any{"gmm.precision": 3.0, "gmm.every": 3}
	}
	return part.Composition{Objective: objective, Learner: learner, Embedding: "plain"}, keys, true
}

func testValidate(c part.Composition) *setting.KeyError {
	if c.Learner == "frozen" && len(c.Regularizers) > 0 {
		return &setting.KeyError{Found: "frozen prototypes take no regularizer on prototypes"}
	}
	return nil
}

// realCatalogue is that of package methods.
func realCatalogue() Catalogue { return Methods(testCatalogue().Metrics) }

func parse(t *testing.T, text string) *Sweep {
	t.Helper()
	s, err := Parse("t.toml", text, testCatalogue())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestParseResolvesInOrderOfPrecedence(t *testing.T) {
	s := parse(t, `
name = "x"
seeds = 2
baseline = { learner = "joint" }
primary = ["live_unique@0.025"]
references = false
[loss]
temperature = 0.2
[train]
epochs = 3
[[method]]
name = "swav"
[[method]]
name = "swav+gmm"
gmm.memory = 2
train.epochs = 5
[matrix]
"prototypes.count" = [8, 16]
`)
	var got []string
	for _, c := range s.Cells {
		r := c.Settings
		got = append(got, fmt.Sprint(c.Composition.Name, " s", c.Seed, " T", r.Get("loss.temperature"), " e", r.Get("train.epochs"), " K", r.Get("prototypes.count"), " m", r.Get("gmm.memory"), " b", r.Get("train.batch")))
	}
	want := []string{
		"swav s0 T0.2 e3 K8 m1 b128", "swav s0 T0.2 e3 K16 m1 b128", "swav+gmm s0 T0.2 e5 K8 m2 b128", "swav+gmm s0 T0.2 e5 K16 m2 b128",
		"swav s1 T0.2 e3 K8 m1 b128", "swav s1 T0.2 e3 K16 m1 b128", "swav+gmm s1 T0.2 e5 K8 m2 b128", "swav+gmm s1 T0.2 e5 K16 m2 b128",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if s.Baseline != "learner=joint" || s.Primary[0] != "live_unique@0.025" {
		t.Errorf("baseline %q, primary %q", s.Baseline, s.Primary)
	}
}

func TestPresetsSetLessThanTheSweepsTables(t *testing.T) {
	s := parse(t, "name = 'x'\nreferences = false\n[gmm]\nevery = 5\n[[method]]\nname = 'swav+gmm'\n")
	if v := s.Cells[0].Settings; v.Float("gmm.precision") != 3 || v.Int("gmm.every") != 5 {
		t.Errorf("precision %v, every %v", v.Get("gmm.precision"), v.Get("gmm.every"))
	}
}

func TestWhereLimitsAnAxisAndKeepsTheBaseValue(t *testing.T) {
	s := parse(t, `
name = "x"
references = false
[loss]
temperature = 0.2
[[method]]
name = "swav"
[[method]]
name = "still"
objective = "swav"
learner = "frozen"
[matrix]
"loss.temperature" = { values = [0.1, 0.2], where = { learner = ["joint", "gmm"] } }
[[method]]
name = "swav+gmm"
`)
	var got []string
	for _, c := range s.Cells {
		got = append(got, fmt.Sprintf("%s%v%v", c.Composition.Name, c.Axes, c.Settings.Get("loss.temperature")))
	}
	want := []string{
		"swavmap[loss.temperature:0.1]0.1", "swavmap[loss.temperature:0.2]0.2", "stillmap[loss.temperature:0.2]0.2",
		"swav+gmmmap[loss.temperature:0.1]0.1", "swav+gmmmap[loss.temperature:0.2]0.2",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReferencesStandBesideTheArms(t *testing.T) {
	s := parse(t, "name = 'x'\nseeds = [3, 5]\n[[method]]\nname = 'swav'\n[matrix]\ntrain.epochs = [1, 2]\n")
	var got []string
	for _, c := range s.Cells {
		got = append(got, fmt.Sprintf("%s%d%v", c.Composition.Name, c.Seed, c.Axes))
	}
	want := []string{
		"pixels3map[]", "untrained3map[]", "supervised3map[train.epochs:1]", "supervised3map[train.epochs:2]",
		"swav3map[train.epochs:1]", "swav3map[train.epochs:2]",
		"untrained5map[]", "supervised5map[train.epochs:1]", "supervised5map[train.epochs:2]",
		"swav5map[train.epochs:1]", "swav5map[train.epochs:2]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestParseReportsEverythingAtOnce(t *testing.T) {
	text := `
name = "x"
seeds = 0
primary = ["live_uniqe@0.025"]
baseline = "swaw"
colour = 3
[train]
epochs = "many"
Batch = 12
optimizer = "adamm"
[loss]
temprature = 0.2
[prototypes]
count = 1
[dino]
iterations = 4
[[method]]
name = "swav"
gmm.memory = 2
observer = ["joint"]
[[method]]
name = "swav"
[[method]]
name = "mine"
[[method]]
name = "still"
objective = "swav"
learner = "frozen"
regularizers = ["koleo-prototypes"]
[[method]]
name = "odd"
objective = "swag"
learner = "joint"
[matrix]
"train.lr" = [0.1, "fast"]
"loss.temp" = [1]
"encoder.width" = { values = [8], where = { learner = ["kmeans"] } }
`
	_, err := Parse("t.toml", text, testCatalogue())
	var config *ConfigError
	if !errors.As(err, &config) {
		t.Fatalf("no config error: %v", err)
	}
	want := []string{
		"t.toml:3: seeds: found the integer 0; expected a number of seeds",
		`t.toml:4: primary: unknown metric "live_uniqe@0.025"; did you mean live_unique@0.025?`,
		`t.toml:5: baseline: no arm has the name "swaw"; did you mean swav?`,
		"t.toml:6: colour: unknown key",
		`t.toml:8: train.epochs: found the text "many"; expected an integer in [1,)`,
		"t.toml:9: train.Batch: unknown key; did you mean train.batch?",
		`t.toml:10: train.optimizer: found "adamm"; expected one of adamw, sgd, lars, adam; did you mean adamw?`,
		"t.toml:12: loss.temprature: unknown key; did you mean loss.temperature?",
		"t.toml:14: prototypes.count: found 1; expected a value in [2,)",
		"t.toml:16: dino.iterations: no method of this sweep uses it; it is read by dino.targets=sinkhorn; remove it",
		"t.toml:19: gmm.memory: method swav does not use it; it is read by gmm.step=constant; remove it",
		"t.toml:20: observer: unknown key; did you mean observers?",
		"t.toml:22: method swav: name taken by the arm of line 17",
		"t.toml:23: method mine: is no preset and does not say what it is made of; expected objective and learner",
		"t.toml:25: method still: impossible combination: frozen prototypes take no regularizer on prototypes",
		`t.toml:32: objective: unknown objective "swag"; expected one of swav, dino; did you mean swav?`,
		`t.toml:35: train.lr: found the text "fast"; expected a number in (0,)`,
		"t.toml:36: loss.temp: unknown key; did you mean loss.temperature?",
		`t.toml:37: where.learner: no arm has learner "kmeans"`,
	}
	got := strings.Split(err.Error(), "\n")
	if len(got) != len(want) {
		t.Fatalf("%d issues, want %d:\n%v", len(got), len(want), err)
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("issue %d:\n got %s\nwant %s…", i, got[i], want[i])
		}
	}
}

func TestSingleErrors(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"syntax":           {"name = \"x\"\nseeds = = 3\n", "t.toml:2: "},
		"no name":          {"[[method]]\nname = 'swav'\n", "name: missing"},
		"name a path":      {"name = '../x'\n[[method]]\nname = 'swav'\n", "t.toml:1: name: found \"../x\""},
		"empty name":       {"name = ''\n[[method]]\nname = 'swav'\n", "t.toml:1: name: found \"\""},
		"no arms":          {"name = 'x'\nreferences = false\n", "no arms"},
		"method a string":  {"name = 'x'\nmethod = 'swav'\n", "method: found the text"},
		"table as value":   {"name = 'x'\ntrain = 3\n[[method]]\nname = 'swav'\n", "t.toml:2: train: found a single value; expected a table"},
		"unused axis":      {"name = 'x'\n[[method]]\nname = 'swav'\n[matrix]\n'gmm.memory' = [1, 2]\n", "t.toml:5: gmm.memory: method swav does not use it; it is read by gmm.step=constant; remove it"},
		"value twice":      {"name = 'x'\n[[method]]\nname = 'swav'\n[matrix]\n'loss.temperature' = [1, 1.0]\n", "stands twice"},
		"crop":             {"name = 'x'\n[augment]\ncrop_min = 0.9\ncrop_max = 0.5\n[[method]]\nname = 'swav'\n", "crop_min ≤ crop_max"},
		"precision":        {"name = 'x'\n[[method]]\nname = 'swav+gmm'\ngmm.precision = 300\n", "t.toml:2: gmm.precision: method swav+gmm: the start 300 is above"},
		"infinite":         {"name = 'x'\n[train]\nlr = inf\n[[method]]\nname = 'swav'\n", "t.toml:3: train.lr: found +Inf"},
		"reference's name": {"name = 'x'\n[[method]]\nname = 'pixels'\nobjective = 'swav'\nlearner = 'joint'\n", "name of a reference row"},
		"references":       {"name = 'x'\nreferences = ['pixel']\n[[method]]\nname = 'swav'\n", "did you mean pixels?"},
		"baseline learner": {"name = 'x'\nbaseline = {learner = 'gmm'}\n[[method]]\nname = 'swav'\n", `no arm has the learner "gmm"`},
		"inline":           {"name = 'x'\ntrain = { epochs = 2, batchh = 3 }\n[[method]]\nname = 'swav'\n", "t.toml:2: train.batchh: unknown key; did you mean train.batch?"},
		"wrong table":      {"name = 'x'\n[encoder]\nreseed_below = 0.1\n[[method]]\nname = 'swav'\n", "did you mean prototypes.reseed_below?"},
		"case of a table":  {"name = 'x'\n[Train]\nepochs = 1\n[[method]]\nname = 'swav'\n", "t.toml:2: Train: unknown key"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse("t.toml", c.text, testCatalogue())
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want …%s…", err, c.want)
			}
		})
	}
}

func TestAKeyThatOneOfTheArmsCellsReadsIsNoError(t *testing.T) {
	parse(t, "name = 'x'\nreferences = false\n[[method]]\nname = 'swav'\ntrain.momentum = 0.5\n[matrix]\n'train.optimizer' = ['sgd', 'adamw']\n")
	parse(t, "name = 'x'\n[[method]]\nname = 'swav+gmm'\nobservers = ['joint']\nprototypes.lr_mult = 2\n")
}

func TestConfigRepeatsTheCell(t *testing.T) {
	s := parse(t, `
name = "x.y+z"
seeds = 2
[data]
path = 'C:\x'
[[method]]
name = "swav"
[[method]]
name = "mine"
objective = "dino"
learner = "gmm"
embedding = "centred"
observers = ["joint"]
gmm.precision = 1e-3
[gmm]
memory = 4
[koleo-prototypes]
weight = 0.3
[[method]]
name = "spread"
objective = "swav"
learner = "joint"
regularizers = ["koleo-prototypes"]
[matrix]
"loss.temperature" = { values = [0.1, 1], where = { method = "mine" } }
"gmm.memory" = { values = [2, 3], where = { learner = "gmm" } }
"koleo-prototypes.weight" = { values = [0.1, 1], where = { regularizers = "koleo-prototypes" } }
"train.optimizer" = ["adamw", "sgd"]
"train.momentum" = [0.5, 0.9]
`)
	seen := map[string]bool{}
	for _, c := range s.Cells {
		again := parse(t, c.TOML(s.Name))
		if len(again.Cells) != 1 {
			t.Fatalf("%s gives %d cells", c.Composition.Name, len(again.Cells))
		}
		b, hash := again.Cells[0], c.Hash("f")
		if seen[hash] {
			t.Errorf("%s stands twice", c.FolderName(hash))
		}
		seen[hash] = true
		if c.FolderName(hash) != b.FolderName(b.Hash("f")) || hash != b.Hash("f") || again.Name != s.Name {
			t.Errorf("%s became %s", c.FolderName(hash), b.FolderName(b.Hash("f")))
		}
		if was, is := c.Data().Path, b.Data().Path; was != is {
			t.Errorf("path %q became %q", was, is)
		}
	}
}

// Every hash covers the revision of the numerics.
func TestHashesCoverNumerics(t *testing.T) {
	c := Cell{Settings: Defaults()}
	if want := fmt.Sprintf("\nnumerics=%d\n", Numerics); !strings.Contains(c.canonical("data"), want) {
		t.Errorf("%q is not hashed", want)
	}
}

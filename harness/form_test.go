package harness

import (
	"fmt"
	"strings"
	"testing"

	"protobench/methods"
)

func parseReal(t *testing.T, text string) *Sweep {
	t.Helper()
	s, err := Parse("t.toml", text, Methods())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestFaithfulSetsThePapersSettings: they stand over the sweep's tables and under the method's own keys, scaled to batch and epochs;
// other arms and the references keep the sweep's.
func TestFaithfulSetsThePapersSettings(t *testing.T) {
	s := parseReal(t, `
name = "x"
references = ["supervised"]
[train]
batch = 64
epochs = 50
lr = 0.5
optimizer = "sgd"
[[method]]
name = "dino"
form = "faithful"
train.clip = 1.5
[[method]]
name = "mine"
objective = "swav"
learner = "gmm"
form = "faithful"
train.batch = 32
[[method]]
name = "swav"
form = "controlled"
`)
	got := map[string]Cell{}
	for _, c := range s.Cells {
		got[c.Composition.Name] = c
	}
	d, m := got["dino"].Settings, got["mine"].Settings
	if d.Train.LR != 5e-4/4 || d.Train.Optimizer != "adamw" || d.Train.Clip != 1.5 || d.DINO.WarmupEpochs != 15 || d.Encoder.Projector != "gelu" || d.Train.DecayRise != 10 {
		t.Errorf("dino: %+v", d.Train)
	}
	if m.Train.LR != 0.6/8 || m.Train.Optimizer != "lars" || m.SwAV.Queue != 480 || m.Train.Batch != 32 {
		t.Errorf("swav+gmm: %+v, queue %d", m.Train, m.SwAV.Queue)
	}
	for _, name := range []string{"swav", "supervised"} {
		if r := got[name].Settings; r.Train.LR != 0.5 || r.Train.Optimizer != "sgd" || r.Encoder.Projector != "bn-relu" {
			t.Errorf("%s has another arm's settings: %+v", name, r.Train)
		}
	}
	for name, form := range map[string]string{"dino": "faithful", "mine": "faithful", "swav": ""} {
		j := newJob(got[name], "f")
		if j.Identity().Form != form {
			t.Errorf("%s is recorded as %q", name, j.Identity().Form)
		}
		again := parseReal(t, j.Cell.Config("x"))
		if b := newJob(again.Cells[0], "f"); b.Hash != j.Hash {
			t.Errorf("%s: its config gives another cell", name)
		}
	}
}

// TestEveryPresetIsFaithful: each preset's paper sets keys that exist, within their ranges, and they arrive
// in the cell.
func TestEveryPresetIsFaithful(t *testing.T) {
	for _, name := range Methods().Names("preset") {
		c, _, _ := Methods().Preset(name)
		sets, ok := Methods().Faithful(c, Defaults().Train)
		if !ok {
			t.Errorf("%s has no faithful form", name)
			continue
		}
		// Two arms, so that every key of the tables has a reader.
		s := parseReal(t, fmt.Sprintf("name = 'x'\nreferences = false\n[encoder]\nname = 'vit'\n[prototypes]\ncount = 512\n"+
			"[[method]]\nname = %q\nform = 'faithful'\n[[method]]\nname = 'other'\nobjective = 'swav'\nlearner = 'joint'\n", name))
		got := s.Cells[0].Settings
		for path, want := range sets {
			k, _ := findKey(path)
			if literal(k.Get(&got)) != literal(want) {
				t.Errorf("%s: %s is %v, not %v", name, path, k.Get(&got), want)
			}
		}
		if got.Train.LR == Defaults().Train.LR {
			t.Errorf("%s: %+v", name, got.Train)
		}
	}
}

func TestFormsAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"[[method]]\nname = 'swav'\nform = 'faithfull'\n":                                      "did you mean faithful?",
		"[[method]]\nname = 'swav'\nform = 3\n":                                                "the integer 3",
		"[[method]]\nname = 'swav'\nform = 'faithful'\n[matrix]\n'train.batch' = [32, 64]\n":   "scaled to one batch",
		"form = 'faithful'\n[[method]]\nname = 'swav'\n":                                       "form",
		"[[method]]\nname = 'm'\nobjective = 'swav'\nlearner = 'joint'\nform = ['faithful']\n": "a list",
	} {
		_, err := Parse("t.toml", "name = 'x'\n"+text, Methods())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	none := Methods()
	none.Faithful = func(methods.Composition, methods.Train) (map[string]any, bool) { return nil, false }
	if _, err := Parse("t.toml", "name = 'x'\n[[method]]\nname = 'swav'\nform = 'faithful'\n", none); err == nil || !strings.Contains(err.Error(), "no paper's settings") {
		t.Errorf("an unknown recipe: %v", err)
	}
}

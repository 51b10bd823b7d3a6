package sweep

import (
	"fmt"
	"strings"
	"testing"

	"protobench/internal/setting"
	"protobench/methods/part"
)

func parseReal(t *testing.T, text string) *Sweep {
	t.Helper()
	s, err := Parse("t.toml", text, realCatalogue())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestFaithfulSetsThePapersSettings: they stand over the sweep's tables and under the method's own
// keys, scaled to batch and epochs; other arms and the references keep the sweep's.
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
	sweeps := map[string]any{"train.lr": 0.5, "train.optimizer": "sgd", "encoder.projector": "bn-relu"}
	for name, want := range map[string]map[string]any{
		"dino": {
			"train.lr": 5e-4 / 4, "train.optimizer": "adamw", "train.clip": 1.5, "dino.warmup_teacher_epochs": 15, "encoder.projector": "gelu",
			"train.weight_decay_rise": 10.0,
		},
		"mine": {"train.lr": 0.6 / 8, "train.optimizer": "lars", "swav.queue": 480, "train.batch": 32},
		"swav": sweeps, "supervised": sweeps,
	} {
		for path, value := range want {
			if is := got[name].Settings.Get(path); is != value {
				t.Errorf("%s: %s is %v, want %v", name, path, is, value)
			}
		}
	}
	for name, form := range map[string]string{"dino": Faithful, "mine": Faithful, "swav": Controlled} {
		c := got[name]
		if c.Form != form {
			t.Errorf("%s is %q", name, c.Form)
		}
		if again := parseReal(t, c.TOML("x")); again.Cells[0].Hash("f") != c.Hash("f") {
			t.Errorf("%s: its config gives another cell", name)
		}
	}
}

// TestEveryPresetIsFaithful: each preset's paper sets keys that exist, within their ranges, and
// they arrive in the cell.
func TestEveryPresetIsFaithful(t *testing.T) {
	for _, name := range realCatalogue().Names("preset") {
		c, _, _ := realCatalogue().Preset(name)
		sets, ok := realCatalogue().Faithful(c, setting.Defaults[part.Train]("train"))
		if !ok {
			t.Errorf("%s has no faithful form", name)
			continue
		}
		// Two arms, so that every key of the tables has a reader.
		s := parseReal(t, fmt.Sprintf("name = 'x'\nreferences = false\n[encoder]\nname = 'vit'\n[prototypes]\ncount = 512\n"+
			"[[method]]\nname = %q\nform = 'faithful'\n[[method]]\nname = 'other'\nobjective = 'swav'\nlearner = 'joint'\n", name))
		got := s.Cells[0].Settings
		for path, want := range sets {
			if is := got.Get(path); setting.Literal(is) != setting.Literal(want) {
				t.Errorf("%s: %s is %v, not %v", name, path, is, want)
			}
		}
		if got.IsDefault("train.lr") {
			t.Errorf("%s: the learning rate is the default", name)
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
		_, err := Parse("t.toml", "name = 'x'\n"+text, realCatalogue())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	none := realCatalogue()
	none.Faithful = func(part.Composition, part.Train) (map[string]any, bool) { return nil, false }
	if _, err := Parse("t.toml", "name = 'x'\n[[method]]\nname = 'swav'\nform = 'faithful'\n", none); err == nil || !strings.Contains(err.Error(), "no paper's settings") {
		t.Errorf("an unknown recipe: %v", err)
	}
}

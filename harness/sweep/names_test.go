package sweep

import (
	"strings"
	"testing"
)

// TestAPresetUnderAnyName: two forms and a variant of one preset stand side by side, and are what
// the preset itself is.
func TestAPresetUnderAnyName(t *testing.T) {
	s := parseReal(t, `
name = "x"
references = false
[[method]]
name = "capi"
[[method]]
name = "as published"
preset = "capi"
form = "faithful"
[[method]]
name = "swav, softer"
preset = "swav+gmm"
observers = ["joint"]
gmm.precision = 3.0
[[method]]
preset = "swav+gmm"
[[method]]
name = "swav+gmm, plain"
preset = "swav+gmm"
embedding = "plain"
`)
	if len(s.Cells) != 5 {
		t.Fatalf("%d cells", len(s.Cells))
	}
	alone, err := PresetCell("swav+gmm")
	if err != nil {
		t.Fatal(err)
	}
	if same := s.Cells[3]; same.Hash("f") != alone.Hash("f") || same.Composition.Name != "swav+gmm" {
		t.Errorf("the preset under its own name is %+v, want %+v", same.Composition, alone.Composition)
	}
	if c := s.Cells[0]; c.Form != Controlled || s.Cells[1].Form != Faithful || s.Cells[1].Composition.Name != "as published" {
		t.Errorf("forms %s and %s", c.Form, s.Cells[1].Form)
	}
	if got := s.Cells[1].Settings.Float("self-cluster.target_temperature"); got != 0.06 || s.Cells[1].Settings.Text("train.optimizer") != "adamw" {
		t.Errorf("capi's own recipe is not set under another name: %v", got)
	}
	if c := s.Cells[2]; c.Composition.Learner != "gmm" || c.Settings.Text("prototypes.init") != "data" || c.Settings.Float("gmm.precision") != 3 {
		t.Errorf("the variant is %+v", c.Composition)
	}
	if c := s.Cells[4]; c.Composition.Embedding != "plain" || !c.Settings.Bool("prototypes.reseed") {
		t.Errorf("the variant is %+v", c.Composition)
	}
	for i := range s.Cells {
		again := parseReal(t, s.Cells[i].TOML("x"))
		if again.Cells[0].Hash("f") != s.Cells[i].Hash("f") {
			t.Errorf("%s: its config is another cell", s.Cells[i].Composition.Name)
		}
	}
}

// TestANamePromisesItsPreset: an arm with a preset's name has the preset's parts.
func TestANamePromisesItsPreset(t *testing.T) {
	for _, c := range []struct{ method, want string }{
		{"name = 'swav+gmm'\nobjective = 'dino'", "t.toml:2: method swav+gmm: the name of a preset with other parts: objective swav, learner gmm, regularizers [], embedding centred, " +
			"where this arm has objective dino, learner gmm, regularizers [], embedding centred; expected another name; rename the arm; preset = \"swav+gmm\" keeps"},
		{"name = 'swav'\nlearner = 'frozen'", "where this arm has objective swav, learner frozen"},
		{"name = 'swav+gmm'\nembedding = 'plain'", "where this arm has objective swav, learner gmm, regularizers [], embedding plain"},
		{"name = 'dino'\nregularizers = ['koleo-features']", "regularizers [koleo-features]"},
		{"name = 'dino'\npreset = 'swav'", "with other parts: objective dino"},
		{"name = 'carl'\npreset = 'carp'", "method carl: the name of another preset than carp"},
		{"name = 'mine'\npreset = 'swaw'", `t.toml:4: preset: found the text "swaw"; expected one of swav, swav+kp,`},
		{"name = 'mine'\npreset = 3", "t.toml:4: preset: found the integer 3"},
		{"objective = 'swav'\nlearner = 'joint'", "method.name: missing"},
		{"name = 3\npreset = 'swav'", "method.name: missing"},
	} {
		_, err := Parse("t.toml", "name = 'x'\n[[method]]\n"+c.method+"\n", realCatalogue())
		if err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: got %v, want …%s…", c.method, err, c.want)
		}
	}
	s := parseReal(t, "name = 'x'\nreferences = false\n[[method]]\nname = 'swav'\nobservers = ['gmm']\nloss.temperature = 0.3\n")
	if len(s.Cells) != 1 {
		t.Error("observers and settings leave a name what it is")
	}
}

// TestChangedPresetsAreCalledByTheirName: a warning of what the tables change names the preset.
func TestChangedPresetsAreCalledByTheirName(t *testing.T) {
	s, err := Check("t.toml", "name = 'x'\nreferences = false\n[data]\nname = 'shapes'\n[encoder]\nname = 'mlp'\n[train]\nbatch = 8\n[prototypes]\ncount = 32\n[carp]\nblock = 16\n[[method]]\nname = 'mine'\npreset = 'carl'\n", realCatalogue(), testOpen)
	if err != nil {
		t.Fatal(err)
	}
	if w := s.Cells[0].Warnings; len(w) != 1 || !strings.HasPrefix(w[0].Text, "preset carl sets carp.block = 0") {
		t.Errorf("got %v", w)
	}
}

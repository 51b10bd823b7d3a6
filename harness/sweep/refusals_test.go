package sweep

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRefusals: what stands at the wrong place or has the wrong form is said with its line.
func TestRefusals(t *testing.T) {
	for text, want := range map[string]string{
		"baseline = { learner = 'joint', objective = 'swav' }":         "t.toml:2: baseline: found other keys than learner",
		"baseline = { learner = 3 }":                                   "t.toml:2: baseline: found other keys than learner",
		"baseline = 3":                                                 "t.toml:2: baseline: found the integer 3",
		"baseline = 'dino'":                                            `t.toml:2: baseline: no arm has the name "dino"`,
		"baseline = { learner = 'frozen' }":                            `t.toml:2: baseline: no arm has the learner "frozen"`,
		"searched = ['train.lrr']":                                     "t.toml:2: searched: unknown setting \"train.lrr\"; expected paths of settings; did you mean train.lr?",
		"searched = ['data.limit']":                                    "t.toml:2: searched: found \"data.limit\"; expected settings of arms on the same data",
		"searched = ['train.lr']":                                      "t.toml:2: searched: found settings that arms may differ in, but no baseline by learner; expected baseline = { learner = \"…\" }",
		"searched = 3":                                                 "t.toml:2: searched: found the integer 3; expected a list of texts",
		"primary = ['live_unique@0.025', 3]":                           "t.toml:2: primary: found the integer 3 in the list; expected texts",
		"primary = 'live_unique@0.025'":                                "t.toml:2: primary: found the text",
		"references = 'pixels'":                                        "t.toml:2: references: found the text",
		"references = ['pixles']":                                      `t.toml:2: references: unknown row "pixles"`,
		"note = 3":                                                     "t.toml:2: note: found the integer 3; expected a text",
		"[[method]]\nname = 'y'\nobjective = 3\nlearner = 'joint'":     "t.toml:4: objective: found the integer 3; expected the name of one; see `protobench list objectives`",
		"[matrix]\n'loss.temperature' = 3":                             "t.toml:3: loss.temperature: found the integer 3; expected a list of values",
		"[matrix]\n'loss.temperature' = []":                            "t.toml:3: loss.temperature: found",
		"[matrix]\n'loss.temperature' = [0.2, 0.2]":                    "t.toml:3: loss.temperature: value 0.2 stands twice",
		"[matrix]\n'loss.temperature' = { value = [0.2] }":             "loss.temperature.value: unknown key; expected values and where; did you mean values?",
		"[matrix]\n'loss.temperature' = { values = [0.2], where = 3 }": "loss.temperature.where: found the integer 3; expected a table",
		"[matrix]\n'loss.temperature' = { values = [0.2], where = { lerner = 'joint' } }":      "loss.temperature.where.lerner: unknown condition; did you mean learner?",
		"[matrix]\n'loss.temperature' = { values = [0.2], where = { objective = 'dino' } }":    `where.objective: no arm has objective "dino"`,
		"[matrix]\n'loss.temperature' = { values = [0.2], where = { embedding = 'centred' } }": `where.embedding: no arm has embedding "centred"`,
		"[prototypes]\ncountry = 3": "prototypes.countr",
		"[loss]\nlr_mult = 3":       "did you mean prototypes.lr_mult?",
		"[encoder]\nstem_str = 3":   "did you mean encoder.stem_stride?",
		"[gmm]\nlocal_crops = 3":    "did you mean train.local_crops?",
	} {
		_, err := Parse("t.toml", "name = 'x'\n"+text+"\n[[method]]\nname = 'swav'\n", realCatalogue())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want …%s", text, err, want)
		}
	}
}

func TestReferencesCanBeSwitched(t *testing.T) {
	for value, want := range map[string]int{"true": 4, "false": 1, "[]": 1, "['untrained']": 2} {
		if s := parse(t, "name = 'x'\nreferences = "+value+"\n[[method]]\nname = 'swav'\n"); len(s.Cells) != want {
			t.Errorf("references = %s: %d cells, want %d", value, len(s.Cells), want)
		}
	}
}

func TestReadText(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.toml")
	if _, err := ReadText(file); err == nil || !strings.Contains(err.Error(), "a.toml: no such file or directory; check the path") {
		t.Error(err)
	}
	if err := os.WriteFile(file, []byte("name = 'x'"), 0o600); err != nil {
		t.Fatal(err)
	}
	if text, err := ReadText(file); err != nil || text != "name = 'x'" {
		t.Error(text, err)
	}
}

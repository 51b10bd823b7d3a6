package sweep

import (
	"strings"
	"testing"
)

// TestSuggestions: what other programs call a key, write in another case or put elsewhere is found.
func TestSuggestions(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"learning_rate = 0.1", "learning_rate: unknown key; did you mean train.lr?"},
		{"steps = 100", "steps: unknown key; did you mean train.epochs?"},
		{"temperature = 0.1", "temperature: unknown key; did you mean loss.temperature?"},
		{"[training]\nlr = 0.1", "training: unknown key; did you mean [train]?"},
		{"[Train]\nlr = 0.1", "Train: unknown key; did you mean [train]?"},
		{"[trian]\nlr = 0.1", "trian: unknown key; did you mean [train]?"},
		{"[train]\nLR = 0.1", "train.LR: unknown key; did you mean train.lr?"},
		{"[train]\nbatch-size = 8", "train.batch-size: unknown key; did you mean train.batch?"},
		{"[train]\nlearningRate = 0.1", "train.learningRate: unknown key; did you mean train.lr?"},
		{"[swav]\ntemperature = 0.1", "swav.temperature: unknown key; did you mean loss.temperature?"},
		{"[encoder]\nprototypes = 8", "encoder.prototypes: unknown key; did you mean prototypes.count?"},
		{"sedes = 3", "sedes: unknown key; did you mean seeds?"},
		{"seed = 3", "seed: unknown key; did you mean seeds?"},
		{"Seeds = 3", "Seeds: unknown key; did you mean seeds?"},
		{"[train]\nseeds = 3", "train.seeds: unknown key; did you mean seeds at the top of the file?"},
		{"[data]\nbaseline = 'swav'", "data.baseline: unknown key; did you mean baseline at the top of the file?"},
		{"learner = 'gmm'", "learner: unknown key; did you mean learner in a [[method]]?"},
		{"[grid]\n'loss.temperature' = [1]", "grid: unknown key; did you mean [matrix]?"},
		{"[stores]\nweights = false", "stores: unknown key; did you mean [store]?"},
		{"[[methods]]\nname = 'dino'", "methods: unknown key; did you mean [[method]]?"},
		{"[[method]]\nname = 'dino'\nseeds = 3", "seeds: unknown key; did you mean seeds at the top of the file?"},
		{"[[method]]\nname = 'dino'\nlearning_rate = 3", "learning_rate: unknown key; did you mean train.lr?"},
		{"[[method]]\nname = 'x'\npreste = 'dino'", "preste: unknown key; did you mean preset?"},
		{"[matrix]\n'learning_rate' = [1]", "learning_rate: unknown key; did you mean train.lr?"},
		{"[prototypes]\nk = 8", "prototypes.k: unknown key; did you mean prototypes.count?"},
		{"[xyzzy]\nlearner = 'gmm'", "xyzzy: unknown key; see `protobench list keys`"},
		{"xyzzy = 1", "xyzzy: unknown key; see `protobench list keys`"},
		{"[xyzzy]\na = 1", "xyzzy: unknown key; see `protobench list keys`"},
	} {
		_, err := Parse("t.toml", "name = 'x'\n"+c.text+"\n[[method]]\nname = 'swav'\n", realCatalogue())
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: got %v, want …%s", c.text, err, c.want)
		}
	}
	for key, want := range map[string]string{"learning_rate:1": "did you mean train.lr?", "metod:swav": "did you mean method?", "Loss.Temperature:1": "did you mean loss.temperature?"} {
		if _, err := ParseFilter(key); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%s: got %v, want …%s", key, err, want)
		}
	}
}

// TestKeysThatAreNoSettings: those of the file's top and of methods are described, taken by the
// parser, and no setting has their names.
func TestKeysThatAreNoSettings(t *testing.T) {
	for _, k := range append(HeadKeys(), MethodKeys()...) {
		if k.Doc == "" || k.Type == "" || k.Hashed {
			t.Errorf("%+v", k)
		}
		if _, clash := Schema().Find(k.Path); clash {
			t.Errorf("%s is a setting as well", k.Path)
		}
	}
	s := parseReal(t, `
name = "x"
question = "Does it?"
note = "It may."
seeds = [3, 5]
baseline = "mine"
primary = ["live_unique@0.025"]
references = ["pixels"]
[[method]]
name = "mine"
preset = "swav"
form = "faithful"
[[method]]
name = "other"
objective = "swav"
learner = "gmm"
regularizers = ["koleo-features"]
embedding = "centred"
observers = ["joint"]
[matrix]
"data.seed" = [1]
`)
	if len(s.Cells) != 5 || s.Question != "Does it?" || s.Note != "It may." || s.Baseline != "mine" {
		t.Errorf("%d cells, %+v", len(s.Cells), s)
	}
}

// TestOtherNamesAreOfOneKey: no two settings of one table go by the same other name, and none is
// taken already.
func TestOtherNamesAreOfOneKey(t *testing.T) {
	first := map[string]string{}
	for _, k := range append(HeadKeys(), Schema().Keys()...) {
		for _, name := range k.Also {
			if o, taken := first[name]; taken || plainly(name) != name {
				t.Errorf("%s: %s is taken by %s, or not in plain letters", k.Path, name, o)
			}
			first[name] = k.Path
			if inHead(name) {
				t.Errorf("%s: %s is a key of its own", k.Path, name)
			}
		}
	}
}

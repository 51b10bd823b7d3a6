package sweep

import (
	"slices"
	"strings"
	"testing"
)

const overridden = `name = "x"
seeds = 3 # of many
[train]
epochs = 20
batch = 64
[[method]]
name = "swav"
train.batch = 8
[[method]]
name = "dino"
[matrix]
"loss.temperature" = [0.1, 0.2]
`

// Keys of the file's top and of its tables are replaced or added; methods keep their order, and
// what they and the matrix set goes before.
func TestOverride(t *testing.T) {
	text, err := Override("x.toml", overridden, []string{"seeds=1", "train.epochs = 2", "train.batch=16", "encoder.width=4", `matrix."prototypes.count" = [8]`})
	if err != nil {
		t.Fatal(err)
	}
	s, err := Parse("x.toml", text, testCatalogue())
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(s.Seeds, []uint64{0}) || !strings.HasPrefix(text, "# x.toml with seeds=1, train.epochs = 2, ") {
		t.Errorf("seeds %v in\n%s", s.Seeds, text)
	}
	batches := map[string]int{"swav": 8, "dino": 16}
	var names []string
	for _, c := range s.Cells {
		if c.Reference != "" {
			continue
		}
		names = append(names, c.Composition.Name)
		v := c.Settings
		if v.Int("train.epochs") != 2 || v.Int("encoder.width") != 4 || v.Int("prototypes.count") != 8 || v.Int("train.batch") != batches[c.Composition.Name] {
			t.Errorf("%s: epochs %d, width %d, K %d, batch %d", c.Composition.Name, v.Int("train.epochs"), v.Int("encoder.width"), v.Int("prototypes.count"), v.Int("train.batch"))
		}
	}
	if !slices.Equal(names, []string{"swav", "swav", "dino", "dino"}) {
		t.Errorf("arms %v", names)
	}
}

// A schedule of learners, whichever way it is spelled, stands in the text that is made.
func TestOverrideKeepsSchedules(t *testing.T) {
	text, err := Override("x.toml", "name = 'x'\n[[method]]\nname = 'a'\nobjective = 'swav'\nlearner = [{ name = 'gmm', until = 5 }, { name = 'joint' }]\n", []string{"seeds=1"})
	if err != nil {
		t.Fatal(err)
	}
	s, err := Parse("x.toml", text, testCatalogue())
	if err != nil || s.Cells[len(s.Cells)-1].Composition.Learner != "gmm until 5, joint" {
		t.Errorf("%v of\n%s", err, text)
	}
}

func TestOverrideWithoutAnyIsTheFile(t *testing.T) {
	if text, err := Override("x.toml", overridden, nil); err != nil || text != overridden {
		t.Errorf("%v, %q", err, text)
	}
}

func TestOverrideRefuses(t *testing.T) {
	for _, set := range []string{"train.epochs", "", "train.epochs 2", "data.name=shapes"} {
		if _, err := Override("x.toml", overridden, []string{set}); err == nil || !strings.Contains(err.Error(), "not an assignment in TOML; write e.g. --set train.epochs=2") {
			t.Errorf("%q: %v", set, err)
		}
	}
	if _, err := Override("x.toml", "name = ", []string{"seeds=1"}); err == nil || !strings.HasPrefix(err.Error(), "x.toml:1") {
		t.Errorf("a broken file: %v", err)
	}
}

package sweep

import (
	"slices"
	"strings"
	"testing"

	"protobench/internal/setting"
	"protobench/methods/part"
)

func TestHashCoversWhatChangesNumbersAndNothingElse(t *testing.T) {
	start := Cell{Composition: part.Composition{Name: "a", Objective: "swav", Learner: "joint", Embedding: "plain"}, Settings: Defaults()}
	same := map[string]func(*Cell){
		"name":      func(c *Cell) { c.Composition.Name = "b" },
		"path":      func(c *Cell) { c.Settings.MustSet("data.path", "/elsewhere") },
		"logging":   func(c *Cell) { c.Settings.MustSet("evaluate.log_every", 99) },
		"not read":  func(c *Cell) { c.Settings.MustSet("gmm.memory", 9) },
		"momentum":  func(c *Cell) { c.Settings.MustSet("train.momentum", 0.1) },
		"heads":     func(c *Cell) { c.Settings.MustSet("encoder.heads", 1) },
		"eta":       func(c *Cell) { c.Settings.MustSet("train.lars_eta", 1) },
		"axes' map": func(c *Cell) { c.Axes = map[string]any{"loss.temperature": 0.1} },
	}
	other := map[string]func(*Cell){
		"seed":        func(c *Cell) { c.Seed = 1 },
		"learner":     func(c *Cell) { c.Composition.Learner = "frozen" },
		"observer":    func(c *Cell) { c.Composition.Observers = []string{"joint"} },
		"regularizer": func(c *Cell) { c.Composition.Regularizers = []string{"koleo-prototypes"} },
		"embedding":   func(c *Cell) { c.Composition.Embedding = "centred" },
		"setting":     func(c *Cell) { c.Settings.MustSet("loss.temperature", 0.3) },
		"winograd":    func(c *Cell) { c.Settings.MustSet("encoder.winograd", 4) },
		"precision":   func(c *Cell) { c.Settings.MustSet("train.precision", "bf16") },
		"clipping":    func(c *Cell) { c.Settings.MustSet("train.clip", 1) },
		"curve":       func(c *Cell) { c.Settings.MustSet("evaluate.dense", 3) },
		"reference":   func(c *Cell) { c.Reference = "supervised" },
	}
	for name, change := range same {
		c := start
		change(&c)
		if c.Hash("f") != start.Hash("f") {
			t.Errorf("%s changed the hash", name)
		}
	}
	for name, change := range other {
		c := start
		change(&c)
		if c.Hash("f") == start.Hash("f") {
			t.Errorf("%s left the hash", name)
		}
	}
	if start.Hash("f") == start.Hash("g") {
		t.Error("the data's fingerprint left the hash")
	}
}

// TestALaterKeyLeavesOlderHashes checks that a key that was added without changing any number stays
// out of the hash where it is not set, so that cells of older runs are found again.
func TestALaterKeyLeavesOlderHashes(t *testing.T) {
	c := Cell{Settings: Defaults()}
	if text := c.canonical("f"); strings.Contains(text, "train.clip") || strings.Contains(text, "encoder.winograd") || strings.Contains(text, "train.precision") {
		t.Error(text)
	}
	c.Settings.MustSet("train.clip", 3)
	if text := c.canonical("f"); !strings.Contains(text, "train.clip=3.0\n") {
		t.Error(text)
	}
}

func TestChoicesOfNumbers(t *testing.T) {
	k, _ := Schema().Find("encoder.winograd")
	for _, v := range []int64{0, 2, 4} {
		if got, e := k.Convert(v); e != nil || got != int(v) {
			t.Errorf("%d: %v, %+v", v, got, e)
		}
	}
	want := setting.KeyError{Key: "encoder.winograd", Found: "found 3", Expected: "expected one of 0, 2, 4", Remedy: "choose one of them"}
	if _, e := k.Convert(int64(3)); e == nil || *e != want {
		t.Errorf("3: %+v", e)
	}
}

func TestEveryKeyIsDescribed(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range Schema().Keys() {
		if k.Doc == "" || seen[k.Path] || (k.Default == "" && k.Path != "data.path") {
			t.Errorf("%+v", k)
		}
		seen[k.Path] = true
	}
	if !seen["train.epochs"] || !seen["koleo-prototypes.weight"] || !seen["evaluate.dense"] {
		t.Error("keys are missing")
	}
}

func TestEveryObjectiveWithPrototypesReadsTheirNumber(t *testing.T) {
	count, _ := Schema().Find("prototypes.count")
	for _, name := range realCatalogue().Names("objective") {
		if reads := slices.Contains(count.Readers, name); reads == slices.Contains([]string{"massl", "lejepa", "sop"}, name) {
			t.Errorf("objective %s reads prototypes.count: %v", name, reads)
		}
	}
}

// TestSettingsThatReadOthers: a key that only a certain value of another one reads is neither
// hashed nor accepted without it.
func TestSettingsThatReadOthers(t *testing.T) {
	arm := func(step, learner string) Cell {
		c := Cell{Composition: part.Composition{Name: "a", Objective: "swav", Learner: learner, Embedding: "plain"}, Settings: Defaults()}
		c.Settings.MustSet("gmm.step", step)
		return c
	}
	for _, c := range []struct {
		path, step, learner string
		want                bool
	}{
		{"gmm.memory", "constant", "gmm", true}, {"gmm.memory", "liang-klein", "gmm", false}, {"gmm.memory", "constant", "joint", false},
		{"gmm.step_power", "liang-klein", "gmm", true}, {"gmm.step_power", "constant", "gmm", false},
		{"gmm.step_offset", "cappe-moulines", "gmm", true}, {"gmm.step_offset", "liang-klein", "gmm", false},
	} {
		cell := arm(c.step, c.learner)
		if key, _ := Schema().Find(c.path); cell.Reads(key) != c.want {
			t.Errorf("%s of learner %s with step %s is read: %v", c.path, c.learner, c.step, !c.want)
		}
	}
	memory, _ := Schema().Find("gmm.memory")
	if !memory.ReadBy([]string{"gmm"}) || memory.ReadBy([]string{"kmeans"}) {
		t.Error("gmm.memory is not the mixture's")
	}
	crop, _ := Schema().Find("augment.crop_min")
	for set, want := range map[string]bool{"shapes": true, "idx": true, "mixture": false} {
		cell := arm("constant", "gmm")
		if cell.Settings.MustSet("data.name", set); cell.Reads(crop) != want {
			t.Errorf("augment.crop_min is read with data set %s: %v", set, !want)
		}
	}
	const head = "name = \"x\"\nseeds = 1\n[[method]]\nname = \"swav+gmm\"\ngmm.memory = 2\n"
	if _, err := Parse("x.toml", head, realCatalogue()); err != nil {
		t.Error(err)
	}
	_, err := Parse("x.toml", head+"gmm.step = \"liang-klein\"\n", realCatalogue())
	if err == nil || !strings.Contains(err.Error(), "it is read by gmm.step=constant") {
		t.Errorf("a memory that nothing reads: %v", err)
	}
}

// TestReadersExist: a reader that is a setting names a key and one of its values.
func TestReadersExist(t *testing.T) {
	for _, k := range Schema().Keys() {
		for _, reader := range k.Readers {
			path, value, conditional := strings.Cut(reader, "=")
			if !conditional {
				continue
			}
			other, ok := Schema().Find(path)
			if !ok || other.Type == "text" && !slices.Contains(other.Choices, value) || other.Type == "true/false" && value != "true" && value != "false" {
				t.Errorf("%s is read by %s, which is no setting", k.Path, reader)
			}
		}
	}
}

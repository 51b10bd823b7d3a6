package reports

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/harness/store"
	"protobench/reports/table"
)

// configured gives the arms of a sweep in memory their settings: "key=value …" per arm.
func configured(s *sweep, settings ...string) *sweep {
	for i, text := range settings {
		s.arms[i].planned.Settings = settingsOf(text)
	}
	return s
}

// settingsOf reads "key=value …".
func settingsOf(text string) store.Settings {
	var out store.Settings
	for _, pair := range strings.Fields(text) {
		key, value, _ := strings.Cut(pair, "=")
		out = append(out, store.Setting{Key: key, Value: value})
	}
	return out
}

func rowTexts(t *table.Table) [][]string {
	var out [][]string
	for _, row := range t.Rows {
		var line []string
		for _, v := range row {
			for _, m := range v.Marks {
				v.Text += fmt.Sprintf(" [%d]", m)
			}
			line = append(line, v.Text)
		}
		out = append(out, line)
	}
	return out
}

// Settings come table by table, whichever arm reads them, and those of measurements last.
func TestSettingKeysKeepTablesTogether(t *testing.T) {
	s := configured(sweepOf("", cellOf("a", "swav", "joint", "plain", nil), cellOf("b", "swav", "gmm", "plain", nil), cellOf("c", "dino", "gmm", "plain", nil)),
		"data.name=x data.path=/a evaluate.every=1 loss.temperature=1 swav.queue=2", "data.name=x data.train=7 evaluate.every=1 loss.temperature=1 gmm.memory=3",
		"data.name=x data.train=7 loss.temperature=1 dino.center=1 gmm.memory=3")
	want := []string{"data.name", "data.train", "loss.temperature", "swav.queue", "gmm.memory", "dino.center", "evaluate.every"}
	if d := cmp.Diff(want, s.settingKeys()); d != "" {
		t.Error(d)
	}
	if text, read := s.arms[0].setting("gmm.memory"); read {
		t.Errorf("an arm reads %q of another learner", text)
	}
}

// What arms share stands above the tables, what they do not share in the table of arms.
func TestArmTable(t *testing.T) {
	s := configured(sweepOf("", cellOf("swav", "swav", "joint", "plain", nil), cellOf("swav+gmm", "swav", "gmm", "centred", nil)),
		"train.lr=1 prototypes.lr_mult=10 prototypes.init=random data.path=/a", "data.name=shapes train.lr=1 prototypes.init=data gmm.memory=2 data.path=/b")
	s.arms[1].planned.Observers = []string{"joint"}
	table := s.armTable()
	if d := cmp.Diff([]string{"method", "objective", "learner", "regularizers", "embedding", "form", "observers", "prototypes.init"}, table.Titles()); d != "" {
		t.Error(d)
	}
	want := [][]string{{"swav", "swav", "joint", "–", "plain", "controlled", "–", "random"}, {"swav+gmm", "swav", "gmm", "–", "centred", "controlled", "joint", "data"}}
	if d := cmp.Diff(want, rowTexts(table)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([][]string{{"train.lr", "1", "all arms"}, {"prototypes.lr_mult", "10", "1 of 2 arms"}, {"data.name", "shapes", "1 of 2 arms"}, {"gmm.memory", "2", "1 of 2 arms"}}, rowTexts(s.settingsTable())); d != "" {
		t.Error(d)
	}
	if configured(s, "prototypes.reseed=true"); len(s.differing()) != 0 {
		t.Error("a setting that one arm alone reads is no difference")
	}
}

// The plain joint arm is known by what it is, not by its name.
func TestBaselineLooksAtTheConfig(t *testing.T) {
	cases := []struct {
		embedding, settings string
		regularizers        []string
	}{
		{"centred", "", nil},
		{"plain", "prototypes.init=data", nil},
		{"plain", "prototypes.reseed=true", nil},
		{"plain", "prototypes.freeze_epochs=1", nil},
		{"plain", "", []string{"koleo-prototypes"}},
	}
	for _, c := range cases {
		named := cellOf("swav", "swav", "joint", c.embedding, nil)
		named.Regularizers = c.regularizers
		plain := "prototypes.init=random prototypes.reseed=false prototypes.freeze_epochs=0"
		s := configured(sweepOf("learner=joint", named, cellOf("bare", "swav", "joint", "plain", nil), cellOf("swav+gmm", "swav", "gmm", "centred", nil)),
			c.settings, plain, plain)
		if b := s.baselineOf(s.arms[2]); b.label != "bare" {
			t.Errorf("%+v: paired with %s", c, b.label)
		}
	}
	s := sweepOf("learner=joint", cellOf("swavT", "swav", "joint", "plain", nil), cellOf("swav", "swav", "joint", "plain", nil), cellOf("swav+gmm", "swav", "gmm", "plain", nil))
	if b := s.baselineOf(s.arms[2]); b.label != "swav" {
		t.Errorf("among equals %s, not the preset", b.label)
	}
	s = configured(sweepOf("learner=joint", cellOf("a", "swav", "joint", "plain", nil), cellOf("b", "swav", "joint", "plain", nil), cellOf("swav+gmm", "swav", "gmm", "plain", nil)),
		"loss.temperature=0.1", "loss.temperature=0.2", "loss.temperature=0.2")
	if b := s.baselineOf(s.arms[2]); b.label != "b" {
		t.Errorf("among equals %s, not the one with the same temperature", b.label)
	}
}

// Arms that differ in the run's settings are not paired, but for those that were searched for each.
func TestSearchedSettingsMayDiffer(t *testing.T) {
	s := configured(sweepOf("learner=joint", cellOf("swav", "swav", "joint", "plain", nil), cellOf("swav+gmm", "swav", "gmm", "plain", nil), cellOf("swav+frozen", "swav", "frozen", "plain", nil)),
		"train.lr=0.008 train.batch=32", "train.lr=0.004 train.batch=32", "train.lr=0.004 train.batch=64")
	if b := s.baselineOf(s.arms[1]); b != nil {
		t.Errorf("paired with %s, which has another learning rate", b.label)
	}
	s.plan.Searched = []string{"train.lr"}
	if b := s.baselineOf(s.arms[1]); b == nil || b.label != "swav" {
		t.Errorf("paired with %v, though learning rates were searched", b)
	}
	if b := s.baselineOf(s.arms[2]); b != nil {
		t.Errorf("paired with %s, which has another batch", b.label)
	}
	if text := s.baselineText(); !strings.Contains(text, "searched for each of them: `train.lr`") {
		t.Error(text)
	}
}

// Each arm stands beside the joint arm with its own embedding, start and re-seeding.
func TestMatchedSettings(t *testing.T) {
	const helped, bare = "prototypes.init=data prototypes.reseed=true", "prototypes.init=random prototypes.reseed=false"
	const near = " prototypes.reseed_by=distance"
	kp := cellOf("swav+kp", "swav", "joint", "plain", nil)
	kp.Regularizers = []string{"koleo-prototypes"}
	s := configured(sweepOf("learner=joint", kp,
		cellOf("swav", "swav", "joint", "plain", nil), cellOf("swav+aids", "swav", "joint", "centred", nil),
		cellOf("swav+gmm", "swav", "gmm", "centred", nil), cellOf("swav+gmm+plain", "swav", "gmm", "plain", nil),
		cellOf("swav+frozen", "swav", "frozen", "plain", nil), cellOf("swav+gmm+split", "swav", "gmm", "centred", nil), cellOf("dino+gmm", "dino", "gmm", "centred", nil),
		cellOf("swav+centred", "swav", "joint", "centred", nil), cellOf("swav+centred+data", "swav", "joint", "centred", nil),
		cellOf("swav+centred+reseed", "swav", "joint", "centred", nil)),
		bare, bare, helped+near+" loss.temperature=0.1 train.lr=1", helped+near+" loss.temperature=0.2 train.lr=2", helped+near, "prototypes.init=random",
		helped+" prototypes.reseed_by=split", helped,
		bare, "prototypes.init=data prototypes.reseed=false", "prototypes.init=random prototypes.reseed=true"+near+" loss.temperature=0.2 train.lr=2")
	for i := range s.arms {
		s.arms[i].runs = runsOf(map[uint64]float64{0: float64(i), 1: float64(i), 2: float64(2 * i)}, store.OK)
	}
	s.arms[5].runs = s.arms[5].runs[:2]
	s.arms[3].runs[2].Result.Metrics["unique@0.025"] = 1
	table := s.matchedTable()
	want := [][]string{
		{"swav+gmm", "swav+aids", "3", "+13.3 [−1.0, 27.7]", "–", "–", "loss.temperature, train.lr"},
		{"swav+frozen", "swav", "2", "+40.0, +40.0", "–", "–", "–"},
	}
	if d := cmp.Diff(want, rowTexts(table)); d != "" {
		t.Error(d)
	}
	if len(table.General) != 1 || !strings.HasSuffix(table.General[0], "for swav+gmm+plain (swav+aids has embedding centred), swav+gmm+split (swav+aids has prototypes.reseed_by distance), dino+gmm.") {
		t.Errorf("alone: %v", table.General)
	}
}

// An observer is the shadow of the plain arm at its place, whatever its host gets.
func TestPlainArm(t *testing.T) {
	s := configured(sweepOf("", cellOf("swav+aids", "swav", "joint", "centred", at(0.1)), cellOf("seeded", "swav", "joint", "plain", at(0.1)),
		cellOf("swav", "swav", "joint", "plain", at(0.2)), cellOf("swav", "swav", "joint", "plain", at(0.1)), cellOf("swav+gmm", "swav", "gmm", "centred", at(0.1))),
		"", "prototypes.init=data", "", "", "")
	if b := s.plainArm(s.arms[4], "joint"); b == nil || b.label != "swav (T 0.1)" {
		t.Errorf("got %+v", b)
	}
	if b := s.plainArm(s.arms[4], "frozen"); b != nil {
		t.Errorf("no frozen arm, yet %s", b.label)
	}
}

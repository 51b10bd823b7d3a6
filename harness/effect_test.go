package harness

import (
	"slices"
	"strings"
	"testing"
)

// TestKeysWithoutEffectAreRefused: a key that changes nothing at an arm's other settings is refused where it is written off its default.
func TestKeysWithoutEffectAreRefused(t *testing.T) {
	arm := func(name, more string) string { return "[[method]]\nname = '" + name + "'\n" + more }
	for _, c := range []struct{ name, text, want string }{
		{"start of no queue", arm("swav", "swav.queue_start = 3\n"), "swav.queue_start: method swav does not use it; it has an effect with swav.queue ≠ 0; set that too, or remove it"},
		{"start of a queue", arm("swav", "swav.queue_start = 3\nswav.queue = 64\n"), ""},
		{"default", arm("swav", "swav.queue_start = 1.0\n"), ""},
		{"in a table", "[swav]\nqueue_start = 3\n" + arm("swav", ""), "no method of this sweep uses it; it has an effect with swav.queue ≠ 0"},
		{"in a table for one", "[swav]\nqueue_start = 3\n" + arm("swav", "") + arm("capi", "swav.queue = 64\n"), ""},
		{"on an axis", arm("swav", "") + "[matrix]\n'swav.queue_start' = [1, 2]\n", "swav.queue_start: method swav does not use it; it has an effect with swav.queue ≠ 0; limit the axis"},
		{"on an axis with another one", arm("swav", "") + "[matrix]\n'swav.queue_start' = [1, 2]\n'swav.queue' = [0, 64]\n", ""},
		{"re-seeding off", arm("swav", "prototypes.reseed_below = 0.1\n"), "prototypes.reseed = true"},
		{"re-seeding on", arm("swav", "prototypes.reseed_below = 0.1\nprototypes.reseed = true\n"), ""},
		{"re-seeding of an observer", arm("swav+frozen", "observers = ['joint']\nprototypes.reseed = true\n"), "it has an effect with a learner that is no observer"},
		{"re-seeding beside an observer", arm("swav+gmm", "observers = ['frozen']\nprototypes.reseed_by = 'split'\n"), ""},
		{"ramp of no length", arm("dino", "dino.warmup_teacher_temperature = 0.03\n"), "dino.warmup_teacher_epochs ≠ 0"},
		{"ramp of no height", arm("dino", "dino.warmup_teacher_epochs = 5\n"), "dino.warmup_teacher_temperature ≠ dino.teacher_temperature"},
		{"ramp", arm("dino", "dino.warmup_teacher_epochs = 5\ndino.teacher_temperature = 0.07\n"), ""},
		{"annealing of no length", arm("swav+gmm", "gmm.anneal_start = 0.5\n"), "gmm.anneal_epochs ≠ 0"},
		{"jitter of no probability", "[augment]\njitter_prob = 0\nhue = 0.2\n" + arm("swav", ""), "augment.hue: no method"},
	} {
		_, err := Parse("t.toml", "name = 'x'\n"+c.text, Methods())
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

// TestKeysWithoutEffectCountAsTheirDefaults: equal numbers have one hash and one config, which is accepted.
func TestKeysWithoutEffectCountAsTheirDefaults(t *testing.T) {
	s := parseReal(t, "name = 'x'\nreferences = false\n[swav]\nqueue_start = 3\n[[method]]\nname = 'swav'\n[[method]]\nname = 'capi'\nswav.queue = 64\n")
	plain := parseReal(t, "name = 'x'\nreferences = false\n[[method]]\nname = 'swav'\n")
	if s.Cells[0].Hash("f") != plain.Cells[0].Hash("f") || s.Cells[1].Settings.SwAV.QueueStart != 3 {
		t.Errorf("queue starts %g and %g", s.Cells[0].Settings.SwAV.QueueStart, s.Cells[1].Settings.SwAV.QueueStart)
	}
	for _, c := range s.Cells {
		if again := parseReal(t, c.Config("x")); again.Cells[0].Hash("f") != c.Hash("f") {
			t.Errorf("%s: its config gives another cell", c.Composition.Name)
		}
	}
}

// TestAxesWithoutEffectAreDropped: of all combinations those stay that differ in numbers, each once.
func TestAxesWithoutEffectAreDropped(t *testing.T) {
	s := parseReal(t, "name = 'x'\nreferences = false\n[[method]]\nname = 'swav+gmm'\n[matrix]\n'gmm.anneal_start' = [1, 0.5]\n'gmm.anneal_epochs' = [0, 5]\n")
	var hashes []string
	for _, c := range s.Cells {
		hashes = append(hashes, c.Hash("f"))
	}
	slices.Sort(hashes)
	if len(hashes) != 2 || len(slices.Compact(hashes)) != 2 {
		t.Errorf("%d cells, %d of them different: %v", len(s.Cells), len(slices.Compact(hashes)), s.Cells)
	}
}

// TestNeedsExist: a need is a condition on keys that exist, and a default meets its own range.
func TestNeedsExist(t *testing.T) {
	n := 0
	for _, k := range allKeys() {
		for _, need := range k.Needs {
			for one := range strings.SplitSeq(need, "|") {
				n++
				path, value, ok := strings.Cut(one, "=")
				path, unequal := strings.CutSuffix(path, "!")
				key, known := findKey(path)
				_, toKey := findKey(value)
				if one != ownLearner && (!ok || !known || !toKey && key.Type == "true/false" && value != "true" && value != "false" || toKey && !unequal) {
					t.Errorf("%s needs %s, which is no condition", k.Path, one)
				}
			}
		}
	}
	if n == 0 {
		t.Error("no key needs another one")
	}
}

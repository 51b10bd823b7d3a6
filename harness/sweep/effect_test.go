package sweep

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"

	"protobench/datasets"
	"protobench/datasets/augment"
	"protobench/internal/setting"
)

// TestKeysWithoutEffectAreRefused: a key that changes nothing at an arm's other settings is refused
// where it is written off its default.
func TestKeysWithoutEffectAreRefused(t *testing.T) {
	arm := func(name, more string) string { return "[[method]]\nname = '" + name + "'\n" + more }
	for _, c := range []struct{ name, text, want string }{
		{"start of no queue", arm("swav", "swav.queue_start = 3\n"), "swav.queue_start: method swav does not use it; it has an effect with swav.queue ≠ 0; set that too, or remove it"},
		{"start of a queue", arm("swav", "swav.queue_start = 3\nswav.queue = 64\n"), ""},
		{"default", arm("swav", "swav.queue_start = 1.0\n"), ""},
		{"in a table", "[swav]\nqueue_start = 3\n" + arm("swav", ""), "no method of this sweep uses it; it has an effect with swav.queue ≠ 0"},
		{"in a table for one", "[swav]\nqueue_start = 3\n" + arm("swav", "") + arm("capi", "swav.queue = 64\n"), ""},
		{"on an axis", arm("swav", "") + "[matrix]\n'swav.queue_start' = [1, 2]\n", "swav.queue_start: method swav does not use it; it has an effect with swav.queue ≠ 0; set that too, or remove it"},
		{"on an axis, with no effect in one of two", arm("swav", "") + arm("capi", "swav.queue = 64\n") + "[matrix]\n'swav.queue_start' = [1, 2]\n", "method swav does not use it; it has an effect with swav.queue ≠ 0; set that too, or limit the axis with where"},
		{"on an axis, read by one of two", arm("swav", "") + arm("dino", "") + "[matrix]\n'swav.epsilon' = [0.1, 0.2]\n", "method dino does not use it; it is read by swav; limit the axis with where"},
		{"on an axis with another one", arm("swav", "") + "[matrix]\n'swav.queue_start' = [1, 2]\n'swav.queue' = [0, 64]\n", ""},
		{"re-seeding off", arm("swav", "prototypes.reseed_below = 0.1\n"), "prototypes.reseed = true"},
		{"re-seeding on", arm("swav", "prototypes.reseed_below = 0.1\nprototypes.reseed = true\n"), ""},
		{"re-seeding of an observer", arm("swav+frozen", "observers = ['joint']\nprototypes.reseed = true\n"), "prototypes.reseed: method swav+frozen does not use it; it has an effect with a learner that is no observer; remove it"},
		{"re-seeding beside an observer", arm("swav+gmm", "observers = ['frozen']\nprototypes.reseed_by = 'split'\n"), ""},
		{"ramp of no length", arm("dino", "dino.warmup_teacher_temperature = 0.03\n"), "dino.warmup_teacher_epochs ≠ 0"},
		{"ramp of no height", arm("dino", "dino.warmup_teacher_epochs = 5\n"), "dino.warmup_teacher_temperature ≠ dino.teacher_temperature"},
		{"ramp of patches that nobody reads", "[ibot]\npatch_teacher_temperature = 0.07\n" + arm("dino", "dino.warmup_teacher_epochs = 5\n") + arm("ibot", "encoder.name = 'vit'\n"), "method dino does not use it"},
		{"ramp of patches", arm("ibot", "encoder.name = 'vit'\ndino.warmup_teacher_epochs = 5\nibot.patch_teacher_temperature = 0.07\n"), ""},
		{"ramp", arm("dino", "dino.warmup_teacher_epochs = 5\ndino.teacher_temperature = 0.07\n"), ""},
		{"annealing of no length", arm("swav+gmm", "gmm.anneal_start = 0.5\n"), "gmm.anneal_epochs ≠ 0"},
		{"jitter of the second view alone", "[augment]\njitter_prob = 0\nhue = 0.2\n[augment.second]\njitter_prob = 0.5\n" + arm("swav", ""), ""},
		{"no jitter of the second view", "[augment.second]\njitter_prob = 0\nhue = 0.2\n" + arm("swav", ""), "augment.second.hue: no method of this sweep uses it; it has an effect with augment.second.hue ≠ augment.hue and jitter in the second view"},
		{"no jitter of local crops", "[train]\nlocal_crops = 1\n[augment.local]\njitter_prob = 0\nhue = 0.2\n" + arm("swav", ""), "augment.local.hue: no method of this sweep uses it; it has an effect with augment.local.hue ≠ augment.hue and jitter in local crops"},
		{"a second view like the first", "[augment.second]\nblur = 0.2\n" + arm("swav", ""), "it has an effect with augment.second.blur ≠ augment.blur"},
		{"local crops that there are not", "[augment.local]\nblur = 0.5\n" + arm("swav", ""), "augment.local.blur: no method of this sweep uses it; it is read by local-crops"},
		{"a kernel of no blur", "[augment]\nblur = 0\nblur_kernel = 5\n" + arm("swav", ""), "augment.blur_kernel: no method of this sweep uses it; it has an effect with blur in some view"},
		{"a kernel of the second view's blur", "[augment]\nblur = 0\nblur_kernel = 5\n[augment.second]\nblur = 0.1\n" + arm("swav", ""), ""},
		{"jitter of no strength", "[augment]\njitter_prob = 0.5\nbrightness = 0\ncontrast = 0\nsaturation = 0\nhue = 0\n" + arm("swav", ""), "augment.jitter_prob: no method of this sweep uses it; it has an effect with strength of jitter in some view"},
		{"jitter of no probability", "[augment]\njitter_prob = 0\nhue = 0.2\n" + arm("swav", ""), "augment.hue: no method"},
	} {
		_, err := Parse("t.toml", "name = 'x'\n"+c.text, realCatalogue())
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

// onlyImages opens images of so many channels that may be flipped or not.
func onlyImages(channels int, flip bool) Open {
	return func(o datasets.Options) (*datasets.Set, error) {
		set, err := testOpen(o)
		set.Train.Channels, set.Train.Pixels, set.Flip = channels, set.Train.Pixels[:16*channels*set.Train.Len()], flip
		if o.Flip != "auto" {
			set.Flip = o.Flip == "yes"
		}
		return set, err
	}
}

// TestKeysWithoutEffectOnTheImages: colours of gray images and flips that the data forbid are
// refused once the data are known, and stand at their defaults where one of the data sets at hand
// gives them an effect; a sweep that is read without its data is taken as it is.
func TestKeysWithoutEffectOnTheImages(t *testing.T) {
	const arm = "[[method]]\nname = 'swav'\n"
	for _, c := range []struct {
		text     string
		channels int
		flip     bool
		want     string
	}{
		{"[augment]\nsaturation = 0.2\n" + arm, 1, true, "augment.saturation: no method of this sweep uses it; it has an effect with jitter in some view and images in colour; remove it"},
		{"[augment]\nhue = 0\n" + arm, 1, true, "augment.hue: no method of this sweep uses it"},
		{"[augment]\ngrayscale = 0\n" + arm, 1, true, "augment.grayscale: no method of this sweep uses it; it has an effect with images in colour; remove it"},
		{arm + "augment.grayscale = 0\n", 1, true, "augment.grayscale: method swav does not use it"},
		{arm + "[matrix]\n'augment.hue' = [0, 0.2]\n", 1, true, "augment.hue: method swav does not use it"},
		{"[augment]\nsaturation = 0.2\nhue = 0\ngrayscale = 0\n" + arm, 3, true, ""},
		{"[augment]\nflip = 0\n" + arm, 3, true, ""},
		{"[augment]\nflip = 0\n" + arm, 3, false, "augment.flip: no method of this sweep uses it; it has an effect with images that may be flipped (data.flip); set that too, or remove it"},
		{"[augment]\nflip = 0.5\nsaturation = 0.4\n" + arm, 1, false, ""}, // as they are anyway
		{"[augment]\nflip = 0\n[data]\nflip = 'no'\n" + arm, 3, true, "augment.flip: no method of this sweep uses it"},
		{"[augment]\nflip = 0\n[data]\nflip = 'yes'\n" + arm, 3, false, ""},
		{"[augment]\njitter_prob = 0.5\nbrightness = 0\ncontrast = 0\nsaturation = 0\nhue = 0\n" + arm, 3, true, "augment.jitter_prob: no method of this sweep uses it"},
	} {
		text := "name = 'x'\nreferences = false\nencoder = { depth = 2 }\ntrain = { batch = 8 }\n" + c.text
		_, err := Check("t.toml", text, realCatalogue(), onlyImages(c.channels, c.flip))
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%q: %v, want %q", c.text, err, c.want)
		}
		if _, err := Parse("t.toml", text, realCatalogue()); err != nil && !strings.Contains(c.want, "jitter_prob: ") && !strings.Contains(text, "'no'") {
			t.Errorf("%q without its data: %v", c.text, err)
		}
	}
	s, err := Check("t.toml", "name = 'x'\nreferences = false\nencoder = { depth = 2 }\ntrain = { batch = 8 }\n[augment]\nhue = 0\n"+arm+
		"[[method]]\nname = 'gray'\npreset = 'swav'\ndata.validation = 0.25\n", realCatalogue(), func(o datasets.Options) (*datasets.Set, error) {
		return onlyImages(3-2*int(4*o.Validation), true)(o)
	})
	if err != nil {
		t.Fatal(err)
	}
	hue := key("augment.hue")
	for i, want := range []float64{0, 0.1} {
		if c := &s.Cells[i]; c.Settings.Float("augment.hue") != want || c.SuitsImages(hue) != (i == 0) {
			t.Errorf("%s: hue %g, want %g; on its images %v", c.Composition.Name, c.Settings.Float("augment.hue"), want, c.SuitsImages(hue))
		}
	}
}

// TestKeysWithoutEffectCountAsTheirDefaults: equal numbers have one hash and one config, which is
// accepted.
func TestKeysWithoutEffectCountAsTheirDefaults(t *testing.T) {
	s := parseReal(t, "name = 'x'\nreferences = false\n[swav]\nqueue_start = 3\n[[method]]\nname = 'swav'\n[[method]]\nname = 'capi'\nswav.queue = 64\n")
	plain := parseReal(t, "name = 'x'\nreferences = false\n[[method]]\nname = 'swav'\n")
	if s.Cells[0].Hash("f") != plain.Cells[0].Hash("f") || s.Cells[1].Settings.Float("swav.queue_start") != 3 {
		t.Errorf("queue starts %v and %v", s.Cells[0].Settings.Get("swav.queue_start"), s.Cells[1].Settings.Get("swav.queue_start"))
	}
	for _, c := range s.Cells {
		if again := parseReal(t, c.TOML("x")); again.Cells[0].Hash("f") != c.Hash("f") {
			t.Errorf("%s: its config gives another cell", c.Composition.Name)
		}
	}
}

// TestKeysThatNeedEachOther: of two keys without effect that need each other one goes to its
// default, and the other stays where that gives it an effect.
func TestKeysThatNeedEachOther(t *testing.T) {
	s := parseReal(t, "name = 'x'\nreferences = false\n[massl]\nwarmup_teacher_temperature = 0.07\nwarmup_teacher_epochs = 0\n"+
		"[[method]]\nname = 'massl'\n[[method]]\nname = 'sharp'\nobjective = 'massl'\nlearner = 'massl'\n"+
		"massl.teacher_temperature = 0.1\nmassl.warmup_teacher_epochs = 3\n")
	for i, want := range []map[string]any{
		{"massl.teacher_temperature": 0.07, "massl.warmup_teacher_temperature": 0.04, "massl.warmup_teacher_epochs": 0}, // no warm-up, as the sweep says
		{"massl.teacher_temperature": 0.1, "massl.warmup_teacher_temperature": 0.07, "massl.warmup_teacher_epochs": 3},
	} {
		for path, value := range want {
			if got := s.Cells[i].Settings.Get(path); got != value {
				t.Errorf("%s: %s is %v, want %v", s.Cells[i].Composition.Name, path, got, value)
			}
		}
		if again := parseReal(t, s.Cells[i].TOML("x")); again.Cells[0].Hash("f") != s.Cells[i].Hash("f") {
			t.Errorf("%s: its config gives another cell", s.Cells[i].Composition.Name)
		}
	}
}

// TestSettledAxes: an axis whose key another one's default leaves without effect is none of the
// cell's, whose config is accepted.
func TestSettledAxes(t *testing.T) {
	s := parseReal(t, "name = 'x'\nreferences = false\n[massl]\nwarmup_teacher_temperature = 0.1\nteacher_temperature = 0.04\n"+
		"[[method]]\nname = 'massl'\n[matrix]\n'massl.warmup_teacher_epochs' = [0, 3]\n")
	if len(s.Cells) != 2 || len(s.Cells[0].Axes) != 0 || len(s.Cells[1].Axes) != 1 {
		t.Fatalf("%d cells; want one without and one with a ramp", len(s.Cells))
	}
	for _, c := range s.Cells {
		if again := parseReal(t, c.TOML("x")); again.Cells[0].Hash("f") != c.Hash("f") {
			t.Errorf("axes %v: the config gives another cell", c.Axes)
		}
	}
}

// TestConditionsOnWhatIsRead: a key of another arm's part gives no key of this one its effect.
func TestConditionsOnWhatIsRead(t *testing.T) {
	two := func(dino string) *Sweep {
		return parseReal(t, "name = 'x'\nreferences = false\n[encoder]\nname = 'vit'\n"+dino+"[ibot]\npatch_teacher_temperature = 0.07\n[[method]]\nname = 'dino'\n[[method]]\nname = 'ibot'\n")
	}
	s, plain := two("[dino]\nwarmup_teacher_epochs = 5\n"), two("")
	if got := s.Cells[0].Settings.Int("dino.warmup_teacher_epochs"); got != 0 || s.Cells[0].Hash("f") != plain.Cells[0].Hash("f") {
		t.Errorf("dino: a warm-up of %d epochs from a temperature to itself", got)
	}
	if got := s.Cells[1].Settings.Int("dino.warmup_teacher_epochs"); got != 5 || s.Cells[1].Hash("f") == plain.Cells[1].Hash("f") {
		t.Errorf("ibot: %d epochs of warm-up, want the patches' 5", got)
	}
}

// TestAxesWithoutEffectAreDropped: of all combinations those stay that differ in numbers, each
// once.
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

// TestNeedsExist: a need is a condition on keys that exist, on a value that its key can have and is
// printed as it is written.
func TestNeedsExist(t *testing.T) {
	n := 0
	for _, k := range Schema().Keys() {
		for _, need := range k.Needs {
			for one := range strings.SplitSeq(need, "|") {
				n++
				path, right, ok := strings.Cut(one, "=")
				path, unequal := strings.CutSuffix(path, "!")
				key, known := Schema().Find(path)
				other, toKey := Schema().Find(right)
				switch {
				case slices.Contains([]string{ownLearner, inColour, mayFlip}, one) || ofViews(one):
				case !ok || !known:
					t.Errorf("%s needs %s, which is no condition on a key", k.Path, one)
				case toKey && (!unequal || other.Type != key.Type):
					t.Errorf("%s needs %s: two keys of a type can be unequal, and no more", k.Path, one)
				case !toKey && !canBe(key, right):
					t.Errorf("%s needs %s, which %s never is", k.Path, one, path)
				}
			}
		}
	}
	if n == 0 {
		t.Error("no key needs another one")
	}
}

// ofViews reports whether a need is one that package augment knows.
func ofViews(need string) bool {
	_, known := augment.Alike(augment.Config{}).Has(need, true)
	return known
}

// canBe reports whether a value as text is one that the key can have, and is printed so.
func canBe(k setting.Key, text string) bool {
	var value any = text
	if k.Type != "text" {
		raw := map[string]any{}
		if _, err := toml.Decode("v = "+text, &raw); err != nil {
			return false
		}
		value = raw["v"]
	}
	v, e := k.Convert(value)
	return e == nil && fmt.Sprint(v) == text
}

// TestCanBe has texts that a key cannot have, or prints otherwise.
func TestCanBe(t *testing.T) {
	for _, c := range []struct {
		path, text string
		want       bool
	}{
		{"swav.queue", "0", true}, {"swav.queue", "0.5", false}, {"swav.queue", "-1", false},
		{"gmm.anneal_start", "1", true}, {"gmm.anneal_start", "1.0", false}, {"gmm.anneal_start", "one", false},
		{"prototypes.reseed", "true", true}, {"prototypes.reseed", "yes", false}, {"gmm.step", "constant", true}, {"gmm.step", "linear", false},
	} {
		if key, _ := Schema().Find(c.path); canBe(key, c.text) != c.want {
			t.Errorf("%s = %s: %v", c.path, c.text, !c.want)
		}
	}
}

package sweep

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/internal/setting"
)

func pathsOf(keys []setting.Key) []string {
	var out []string
	for _, k := range keys {
		out = append(out, k.Path)
	}
	return out
}

// TestListsSayWhatPartsRead: a part lists the keys that it reads and no other part's, a preset those
// of all of its parts, with what it sets.
func TestListsSayWhatPartsRead(t *testing.T) {
	c := realCatalogue()
	find := func(axis, name string) Part {
		t.Helper()
		list := c.List(axis)
		i := slices.IndexFunc(list, func(p Part) bool { return p.Name == name })
		if i < 0 {
			t.Fatalf("%s %s is not listed", axis, name)
		}
		if p := list[i]; p.Axis != axis || p.Doc == "" {
			t.Errorf("%+v", p)
		}
		return list[i]
	}
	for _, p := range []struct {
		axis, name string
		reads, not string
	}{
		{"learner", "gmm", "gmm.memory", "swav.queue"},
		{"objective", "swav", "swav.queue", "gmm.memory"},
		{"regularizer", "koleo-prototypes", "koleo-prototypes.weight", "koleo-features.weight"},
		{"preset", "swav+gmm", "gmm.memory", "dino.teacher_temperature"},
		{"preset", "swav+gmm", "swav.queue", "kmeans.memory"},
	} {
		if keys := pathsOf(find(p.axis, p.name).Keys); !slices.Contains(keys, p.reads) || slices.Contains(keys, p.not) || slices.Contains(keys, "train.lr") {
			t.Errorf("%s %s reads %v", p.axis, p.name, keys)
		}
	}
	plain, preset := find("learner", "gmm"), find("preset", "swav+gmm")
	if plain.Preset != nil || preset.Preset == nil || preset.Objective != "swav" || preset.Learner != "gmm" || preset.Embedding != "centred" || preset.Sets["prototypes.init"] != "data" {
		t.Errorf("%+v, %+v", plain.Preset, preset.Preset)
	}
	if diff := cmp.Diff([]string{Controlled, Faithful}, find("preset", "swav").Forms); diff != "" || len(find("preset", "swav").Faithful) == 0 {
		t.Error(diff)
	}
}

func TestSharedKeysAreOfNoPart(t *testing.T) {
	keys := pathsOf(realCatalogue().SharedKeys())
	for _, want := range []string{"train.lr", "data.name", "encoder.width", "augment.crop_min", "evaluate.every", "train.nesterov"} {
		if !slices.Contains(keys, want) {
			t.Errorf("%s is not shared", want)
		}
	}
	for _, not := range []string{"gmm.memory", "swav.queue", "koleo-prototypes.weight", "prototypes.count", "loss.temperature"} {
		if slices.Contains(keys, not) {
			t.Errorf("%s is shared", not)
		}
	}
}

func TestAssignmentsAreTOML(t *testing.T) {
	got := Assignments(map[string]any{"b.two": "x", "a.one": 0.5, "b.one": true})
	if diff := cmp.Diff([]string{"a.one = 0.5", "b.one = true", `b.two = "x"`}, got); diff != "" {
		t.Error(diff)
	}
}

// What the faithful form of a preset is listed with is read by it: a decoupled preset shows none of
// what its host's recipe says of joint prototypes.
func TestListedRecipesAreRead(t *testing.T) {
	for preset, want := range map[string]map[string]bool{
		"swav":           {"prototypes.lr_mult": true, "prototypes.freeze_epochs": true, "swav.queue": true, "train.lars_eta": true},
		"swav+gmm":       {"prototypes.lr_mult": false, "prototypes.freeze_epochs": false, "swav.queue": true, "train.lars_eta": true},
		"deepcluster-v2": {"prototypes.lr_mult": false, "swav.queue": false, "swav.epsilon": false, "deepcluster.heads": true, "train.lr": true},
	} {
		i := slices.IndexFunc(realCatalogue().List("preset"), func(p Part) bool { return p.Name == preset })
		for path, listed := range want {
			if _, got := realCatalogue().List("preset")[i].Faithful[path]; got != listed {
				t.Errorf("%s: %s listed %v, want %v", preset, path, got, listed)
			}
		}
	}
}

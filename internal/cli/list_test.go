package cli

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"protobench/harness"
	"protobench/harness/sweep"
	"protobench/internal/console"
	"protobench/internal/setting"
)

// listed is what `list` prints.
func listed(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if code := run(t.Context(), append([]string{"list"}, args...), &out, &errs); code != console.OK {
		t.Fatalf("list %v: exit code %d, %s", args, code, errs.String())
	}
	return out.String()
}

func TestTheListedPagesAreCurrent(t *testing.T) {
	for kind, path := range map[string]string{"all": "docs/methods.md", "keys": "docs/sweep.md"} {
		page := readText(t, filepath.Join(root, path))
		if diff := cmp.Diff(strings.Split(listed(t, kind, "--markdown"), "\n"), strings.Split(page, "\n")); diff != "" {
			t.Errorf("%s is not what the program says: run make docs\n%.2000s", path, diff)
		}
	}
}

// TestTheListIsEnoughForDocumentation: each part comes with its document, its settings and where it
// is from; a preset with what it is made of.
func TestTheListIsEnoughForDocumentation(t *testing.T) {
	seen := map[string]int{}
	read := map[string]bool{}
	for line := range strings.Lines(listed(t, "all", "--json")) {
		var p sweep.Part
		if err := json.Unmarshal([]byte(line), &p); err != nil {
			t.Fatal(err)
		}
		seen[p.Axis]++
		for _, k := range p.Keys {
			read[k.Path] = true
			if k.Doc == "" || k.Type == "" || k.Range == "" && len(k.Choices) == 0 && k.Type != "true/false" {
				t.Errorf("%s: %+v", p.Name, k)
			}
		}
		if p.Axis == "" { // a setting
			var k setting.Key
			if err := json.Unmarshal([]byte(line), &k); err != nil || k.Path == "" {
				t.Errorf("neither part nor key: %s", line)
			}
			read[k.Path] = true
			continue
		}
		if p.Doc == "" || p.Source == "" && p.Axis != "embedding" {
			t.Errorf("%s %s says too little: %+v", p.Axis, p.Name, p)
		}
		if (p.Preset == nil) == (p.Axis == "preset") || p.Preset != nil && (p.Objective == "" || p.Learner == "" || len(p.Forms) == 0) {
			t.Errorf("%s %s: %+v", p.Axis, p.Name, p.Preset)
		}
	}
	for _, k := range sweep.Schema().Keys() {
		if !read[k.Path] {
			t.Errorf("%s stands nowhere", k.Path)
		}
	}
	for _, axis := range []string{"preset", "objective", "learner", "regularizer", "embedding"} {
		if want := len(harness.Catalogue().Names(axis)); seen[axis] != want || want == 0 {
			t.Errorf("%d on axis %s, not %d", seen[axis], axis, want)
		}
	}
}

func TestListsShowWhatPartsRead(t *testing.T) {
	for what, want := range map[string][]string{
		"learners":     {"gmm.covariance", "Darcet", "settings of learners", "gmm.weights=learned "},
		"objectives":   {"carp.block", "[0,)", "Zhou et al. 2022"},
		"regularizers": {"koleo-prototypes.weight", "0.1"},
		"embeddings":   {"centring.momentum"},
		"methods":      {"capi", "self-cluster", `swav.targets = "teacher"`, "controlled, faithful"},
	} {
		got := listed(t, what)
		for _, w := range want {
			if !strings.Contains(got, w) {
				t.Errorf("list %s does not say %q", what, w)
			}
		}
	}
}

// TestListsFit: no listing is wider than what it is for.
func TestListsFit(t *testing.T) {
	t.Parallel()
	for _, kind := range verbs()["list"].Positional[0].EnumSlice() {
		for line := range strings.Lines(listed(t, kind)) {
			if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > 100 || strings.HasSuffix(line, " \n") {
				t.Errorf("list %s: %d characters: %s", kind, n, line)
			}
		}
	}
}

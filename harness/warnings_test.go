package harness

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/datasets"
	"protobench/harness/internal/standin"
	"protobench/harness/store"
)

// TestChangedPresetsAreNamed: a table that changes what a preset sets is no secret; what the arm or
// an axis sets is none anyway.
func TestChangedPresetsAreNamed(t *testing.T) {
	const changed = "preset carl sets carp.block = 0, and [carp] of the sweep changes it to 32; to be explicit, set it in the arm"
	const twin = "method carp: carp is carl in everything that decides a number: trained once, and not tested against each other"
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"changed", "[carp]\nblock = 32\n[[method]]\nname = 'carl'\n[[method]]\nname = 'carp'\n", []string{"method carl: " + changed, twin}},
		{"as it is", "[carp]\nblock = 0\n[[method]]\nname = 'carl'\n", nil},
		{"set in the arm", "[carp]\nblock = 32\n[[method]]\nname = 'carl'\ncarp.block = 32\n[[method]]\nname = 'carp'\n", []string{twin}},
		{"set on an axis", "[carp]\nblock = 32\n[[method]]\nname = 'carl'\n[matrix]\n'carp.block' = [16, 64]\n", nil},
		{"of another learner", "[prototypes]\nreseed = false\n[[method]]\nname = 'still'\npreset = 'swav+gmm'\nlearner = 'frozen'\nobservers = ['gmm']\n", nil},
		{"a remedy", "[prototypes]\nreseed = false\n[[method]]\nname = 'swav+gmm'\n", []string{
			"method swav+gmm: preset swav+gmm sets prototypes.reseed = true, and [prototypes] of the sweep changes it to false; to be explicit, set it in the arm",
		}},
	} {
		text := "name = 'x'\nseeds = 2\n[data]\ntrain = 300\ntest = 100\n[train]\nbatch = 256\n" + c.text
		p, err := NewPlan("t.toml", text, Catalogue(), datasets.NewLibrary(datasets.Open))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var got []string
		for _, w := range Warnings(p.Jobs) {
			got = append(got, w.String())
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

// TestWarningsStandInResults: what the plan warns of is in the result of each cell that it is said
// of, for the report's footnotes.
func TestWarningsStandInResults(t *testing.T) {
	const text = "name = 'x'\nreferences = ['untrained']\n[data]\ntrain = 40\ntest = 20\n[train]\nepochs = 1\nbatch = 20\n[prototypes]\nfreeze_epochs = 2\n" +
		"[[method]]\nname = 'swav'\n[[method]]\nname = 'swav+frozen'\n"
	p, err := NewPlan("t.toml", text, Catalogue(), datasets.NewLibrary(datasets.Open))
	if err != nil {
		t.Fatal(err)
	}
	dir, o := t.TempDir(), options(standin.Engine(nil))
	o.Data = datasets.NewLibrary(datasets.Open)
	if _, err := Run(t.Context(), p, p.Jobs, dir, o); err != nil {
		t.Fatal(err)
	}
	for _, c := range cellsOf(t, dir) {
		want := store.Warning{Key: "prototypes.freeze_epochs", Text: "prototypes.freeze_epochs = 2, train.epochs = 1: the joint learner's prototypes never move"}
		warned := slices.Contains(c.Result.Provenance.Warnings, want)
		if warned != (c.Result.Cell.Method == "swav") || warned != slices.Contains(c.Dir.Plan().Warnings, want) {
			t.Errorf("%s: %s, %v", c.Result.Cell.Method, c.Result.Outcome.Status, c.Result.Provenance.Warnings)
		}
		ofData := func(w store.Warning) bool {
			return w.Key == "data" && strings.HasPrefix(w.Text, "no test image is of classes 4, 5, 6, 7")
		}
		if !slices.ContainsFunc(c.Result.Provenance.Warnings, ofData) || !slices.ContainsFunc(c.Dir.Plan().Warnings, ofData) {
			t.Errorf("%s: nothing of the data among %v", c.Result.Cell.Method, c.Result.Provenance.Warnings)
		}
	}
}

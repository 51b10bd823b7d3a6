package harness

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/ablations"
	"protobench/harness/store"
)

// smallRoster is the roster's sweep at a size for tests: each line of it stands for the ones that
// it replaces.
func smallRoster(t *testing.T) string {
	t.Helper()
	text, ok := ablations.Text("roster")
	if !ok {
		t.Fatal("there is no roster")
	}
	for _, line := range []struct{ old, small string }{
		{`seeds +=.*`, "seeds = [100]\nreferences = false"}, {`epochs +=.*`, `epochs = 2`}, {`batch +=.*`, `batch = 16`}, {`count +=.*`, `count = 48`},
		{`width +=.*`, "width = 4\ndepth = 2\nstem_stride = 2\nhidden = 16"}, {`dim +=.*`, `dim = 8`}, {`name = "shapes"`, "name = \"shapes\"\ntrain = 64\ntest = 40"},
		{`dense_epochs +=.*`, "dense_epochs = 0"},
	} {
		pattern := regexp.MustCompile(`(?m)^` + line.old + `$`)
		if n := len(pattern.FindAllString(text, -1)); n != 1 {
			t.Fatalf("%d lines match %s", n, line.old)
		}
		text = pattern.ReplaceAllLiteralString(text, line.small)
	}
	// Blocks smaller than the few prototypes, but not by a table, which would make a carp of carl
	// too. PCL needs an epoch with centroids.
	text = regexp.MustCompile(`(?m)^name = "carp.*$`).ReplaceAllString(text, "$0\ncarp.block = 16")
	return text + unrostered(text) + "\n[pcl]\nwarmup_epochs = 1\n"
}

// unrostered has an arm for each preset that came after the roster's last run.
func unrostered(text string) string {
	arms := ""
	for _, name := range Catalogue().Names("preset") {
		if arm := fmt.Sprintf("name = %q\n", name); !strings.Contains(text, arm) {
			arms += "\n[[method]]\n" + arm
		}
	}
	return arms
}

// checkTrained looks at a run's presets, all of which there are: none diverged, and no two have equal metrics.
func checkTrained(t *testing.T, dir string) {
	t.Helper()
	arms := map[string]store.Metrics{}
	for _, c := range cellsOf(t, dir) {
		r := c.Result
		if !slices.Contains(Catalogue().Names("preset"), r.Cell.Method) {
			continue
		}
		if c.State != store.Done || r.Outcome.Status != store.OK {
			t.Errorf("%s: %v, %+v", c.Dir.Path(), c.State, r.Outcome)
		}
		for other, m := range arms {
			if cmp.Equal(m, r.Metrics) || m["loss"] == r.Metrics["loss"] {
				t.Errorf("%s and %s are equal", other, r.Cell.Method)
			}
		}
		arms[r.Cell.Method] = r.Metrics
	}
	for _, name := range Catalogue().Names("preset") {
		if len(arms[name]) == 0 {
			t.Errorf("%s is not in the roster: %v", name, slices.Sorted(maps.Keys(arms)))
		}
	}
}

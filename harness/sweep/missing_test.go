package sweep

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"protobench/datasets"
	"protobench/internal/setting"
)

const severalSets = "name = 'x'\nencoder = { depth = 2 }\n[data]\nname = 'auto'\n%s[train]\nbatch = 8\n[[method]]\nname = 'swav'\n[matrix]\n'data.path' = ['here', 'gone', 'lost']\n"

// openSome opens the sets of some paths; others are not there.
func openSome(t *testing.T, there ...string) Open {
	t.Setenv("PROTOBENCH_DATA", t.TempDir())
	return func(o datasets.Options) (*datasets.Set, error) {
		if slices.Contains(there, o.Path) {
			return testOpen(o)
		}
		return datasets.Open(o)
	}
}

// A set that is not there is skipped by name where the sweep says so, in the warnings of what is
// left.
func TestMissingSetsAreSkippedByName(t *testing.T) {
	s, err := Check("t.toml", fmt.Sprintf(severalSets, "missing = 'skip'\n"), testCatalogue(), openSome(t, "here"))
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Cells) == 0 {
		t.Fatal("nothing is left")
	}
	for _, c := range s.Cells {
		if c.Axes["data.path"] != "here" || !slices.ContainsFunc(c.Warnings, func(w setting.Warning) bool {
			return w.Key == "data" && w.Text == "skipped, as their files are not there: gone, lost"
		}) {
			t.Errorf("%v: %v", c.Axes, c.Warnings)
		}
	}
}

// Where a sweep has several sets, what is said of one names it.
func TestWarningsNameTheSet(t *testing.T) {
	s, err := Check("t.toml", fmt.Sprintf(severalSets, ""), testCatalogue(), func(o datasets.Options) (*datasets.Set, error) {
		set, err := testOpen(o)
		if err == nil && o.Path == "gone" {
			copied := *set
			copied.Warnings, set = []string{"odd"}, &copied
		}
		return set, err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range s.Cells {
		odd := slices.ContainsFunc(c.Warnings, func(w setting.Warning) bool { return w.Text == "gone: odd" })
		if odd != (c.Axes["data.path"] == "gone") {
			t.Errorf("%v: %v", c.Axes, c.Warnings)
		}
	}
}

func TestMissingSetsAreRefused(t *testing.T) {
	for _, c := range []struct{ missing, want string }{
		{"", "gone does not exist"}, {"", "or set data.missing = \"skip\", which leaves its cells out"}, {"missing = 'refuse'\n", "lost does not exist"}, {"missing = 'later'\n", "expected one of refuse, skip"},
	} {
		if _, err := Check("t.toml", fmt.Sprintf(severalSets, c.missing), testCatalogue(), openSome(t, "here")); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: got %v, want %q", c.missing, err, c.want)
		}
	}
	_, err := Check("t.toml", fmt.Sprintf(severalSets, "missing = 'skip'\n"), testCatalogue(), openSome(t))
	if err == nil || !strings.Contains(err.Error(), "none of the sets is there: here, gone, lost") {
		t.Errorf("all missing: got %v", err)
	}
}

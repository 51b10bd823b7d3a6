package sweep

import (
	"slices"
	"strings"
	"testing"
)

const scheduled = `
name = "x"
references = false
[train]
epochs = 9
[[method]]
name = "handed"
objective = "swav"
learner = [{name = "gmm", until = 5}, {name = "joint"}]
gmm.memory = 2
prototypes.lr_mult = 3
[[method]]
name = "swav"
`

// TestScheduleOfLearners follows a schedule from the sweep to a cell's own config and back: the
// same cell under the same hash, which reads the keys of both learners and differs from that of
// another boundary.
func TestScheduleOfLearners(t *testing.T) {
	s := parse(t, scheduled)
	c := &s.Cells[0]
	if c.Composition.Learner != "gmm until 5, joint" {
		t.Fatalf("learner %q", c.Composition.Learner)
	}
	again := parse(t, c.TOML("x")).Cells[0]
	if again.Hash("f") != c.Hash("f") {
		t.Errorf("the config makes another cell:\n%s", c.TOML("x"))
	}
	later := parse(t, strings.Replace(scheduled, "until = 5", "until = 5.5", 1)).Cells[0]
	if later.Hash("f") == c.Hash("f") {
		t.Error("the boundary is no part of the hash")
	}
	if !slices.Equal(trait(c.Composition, "learner"), []string{"gmm until 5, joint", "gmm", "joint"}) {
		t.Errorf("traits %q", trait(c.Composition, "learner"))
	}
}

func TestScheduleRefuses(t *testing.T) {
	for learner, want := range map[string]string{
		`[{name = "gmm", until = 5}, {name = "jont"}]`:                "unknown learner \"jont\"",
		`[{name = "gmm"}, {name = "joint"}]`:                          "until stands in all phases but the last",
		`[{name = "gmm", until = 5}, {name = "joint", until = 8}]`:    "until stands in all phases but the last",
		`[{name = "gmm", until = -1}, {name = "joint"}]`:              "expected an epoch above 0",
		`[{name = "gmm", until = 0}, {name = "joint"}]`:               "expected an epoch above 0",
		`[{name = "gmm", until = "x"}, {name = "joint"}]`:             "expected an epoch above 0",
		`[{until = 5}, {name = "joint"}]`:                             "expected the name of one",
		`[{name = 3, until = 5}, {name = "joint"}]`:                   "expected the name of one",
		`[{name = "gmm", untl = 5}, {name = "joint"}]`:                "did you mean until?",
		`["gmm", "joint"]`:                                            "expected phases",
		`[{name="gmm",until=5},{name="frozen",until=3},{name="gmm"}]`: "rising order",
	} {
		_, err := Parse("t.toml", strings.Replace(scheduled, `[{name = "gmm", until = 5}, {name = "joint"}]`, learner, 1), testCatalogue())
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "t.toml:9: learner") {
			t.Errorf("%s: %v, want %s", learner, err, want)
		}
	}
}

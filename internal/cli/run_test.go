package cli

import (
	"errors"
	"strings"
	"testing"

	"protobench/harness"
	"protobench/harness/store"
	"protobench/internal/console"
)

// What failed comes first, then what is wrong with the report and the command that writes it; cells
// that diverged fail a run if that is asked for.
func TestSummariesAndTheirExitCodes(t *testing.T) {
	full := errors.New("no report: disk full; `protobench report out` writes it")
	for name, c := range map[string]struct {
		failOn  string
		summary harness.Summary
		report  error
		code    int
		order   []string
	}{
		"all right":              {"failed", harness.Summary{Done: 3}, nil, console.OK, nil},
		"all diverged":           {"failed", harness.Summary{Done: 3, Diverged: 3}, nil, console.OK, nil},
		"diverged counts":        {"diverged", harness.Summary{Done: 3, Diverged: 3}, nil, console.Failed, []string{"3 cells diverged"}},
		"failed":                 {"failed", harness.Summary{Done: 2, Failed: []string{"a: no luck"}}, nil, console.Failed, []string{"1 cell failed", "a: no luck"}},
		"failed, and no report":  {"failed", harness.Summary{Done: 2, Failed: []string{"a: no luck"}}, full, console.Failed, []string{"1 cell failed", "a: no luck", "disk full", "`protobench report out`"}},
		"no report, but results": {"failed", harness.Summary{Done: 3}, full, console.Failed, []string{"disk full", "`protobench report out`"}},
	} {
		var out strings.Builder
		code := complain(&out, runCommand{FailOn: c.failOn}.judge("out", c.summary, c.report))
		if code != c.code {
			t.Errorf("%s: exit code %d, want %d", name, code, c.code)
		}
		rest := out.String()
		for _, text := range c.order {
			_, after, found := strings.Cut(rest, text)
			if !found {
				t.Errorf("%s: %q lacks %q in its place", name, out.String(), text)
			}
			rest = after
		}
	}
}

func TestChangedPlansAreTold(t *testing.T) {
	var left []store.PlanCell
	for _, dir := range []string{"a", "b", "c", "d", "e", "f", "g"} {
		left = append(left, store.PlanCell{Dir: dir})
	}
	for want, c := range map[string]store.Change{
		"": {Added: left},
		"1 cell left the report, which is written over, and 7 others joined it; they stay on disk: a":                         {Added: left, Left: left[:1]},
		"7 cells left the report, which is written over, and 0 others joined it; they stay on disk: a, b, c, d, e and 2 more": {Left: left},
		"out/plan.json: bad; kept as out/plan.damaged.json, the plan was written anew":                                        {Damaged: "out/plan.json: bad", Aside: "out/plan.damaged.json"},
	} {
		if got := strings.Join(changed("out", c), "\n"); !strings.HasSuffix(got, want) || (want == "") != (got == "") {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

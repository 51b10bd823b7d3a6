package sweep

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// filtered are four arms, two seeds and the row of pixels; the hash of cell i is i twice.
const filtered = `
name = "x"
seeds = 2
references = ["pixels"]
[[method]]
name = "swav"
[[method]]
name = "kp"
objective = "dino"
learner = "joint"
regularizers = ["koleo-prototypes"]
[[method]]
name = "swav+gmm"
[[method]]
name = "centred"
objective = "swav"
learner = "frozen"
embedding = "centred"
[[method]]
name = "my arm"
objective = "swav"
learner = "frozen"
[matrix]
"loss.temperature" = { values = [0.2, 0.3], where = { method = "swav" } }
`

func TestFilter(t *testing.T) {
	s := parse(t, filtered)
	var names []string
	for i := range s.Cells {
		c := &s.Cells[i]
		name := fmt.Sprintf("%s%d", c.Composition.Name, c.Seed)
		if c.Reference != "" {
			name = c.Reference
		}
		if v := c.Axes["loss.temperature"]; c.Composition.Name == "swav" {
			name += fmt.Sprintf("@%v", v)
		}
		names = append(names, name)
	}
	if diff := cmp.Diff("pixels swav0@0.2 swav0@0.3 kp0 swav+gmm0 centred0 my arm0 swav1@0.2 swav1@0.3 kp1 swav+gmm1 centred1 my arm1", strings.Join(names, " ")); diff != "" {
		t.Fatal(diff)
	}
	for expr, want := range map[string]string{
		"method:swav":                               "swav0@0.2 swav0@0.3 swav1@0.2 swav1@0.3",
		"method:swav seed:0":                        "swav0@0.2 swav0@0.3",
		"loss.temperature:0.2":                      "swav0@0.2 swav1@0.2",
		"loss.temperature:0.20 seed:0":              "swav0@0.2",
		"loss.temperature:2e-1 seed:1":              "swav1@0.2",
		`method:"my arm"`:                           "my arm0 my arm1",
		`-method:'my arm' embedding:"centred"`:      "centred0 centred1",
		"method:kp OR method:centred":               "kp0 centred0 kp1 centred1",
		"method:kp seed:0 OR method:swav":           "swav0@0.2 swav0@0.3 kp0 swav1@0.2 swav1@0.3",
		"-objective:swav":                           "pixels kp0 kp1",
		"-objective:swav seed:1":                    "kp1",
		"reference:pixels":                          "pixels",
		"learner:gmm":                               "swav+gmm0 swav+gmm1",
		"embedding:centred -seed:0":                 "centred1",
		"regularizer:koleo-prototypes":              "kp0 kp1",
		"hash:33":                                   "kp0",
		"hash:3":                                    "kp0",
		"hash:333":                                  "",
		"gmm.every:3":                               "swav+gmm0 swav+gmm1", // no other arm reads it
		"method:kp method:swav OR seed:1 method:kp": "kp1",
	} {
		f, err := ParseFilter(expr)
		if err != nil || f.String() != expr {
			t.Fatal(expr, f, err)
		}
		var got []string
		for i := range s.Cells {
			if f.Match(&s.Cells[i], fmt.Sprintf("%x%x", i, i)) {
				got = append(got, names[i])
			}
		}
		if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s: %s", expr, diff)
		}
	}
	if all := (Filter{}); !all.Match(&s.Cells[0], "") {
		t.Error("no filter leaves a cell out")
	}
	for bad, want := range map[string]string{
		"": "expected terms", "swav": `"swav" is no key:value`, "metod:swav": `unknown key "metod"`, "OR seed:0": "nothing stands before OR",
		`method:"my arm`: "a quote \" is not closed",
		"seed:0 OR":      "expected terms", "seed:": `"seed:" is no key:value`, "seed:0 OR OR seed:1": "nothing stands before OR",
	} {
		if _, err := ParseFilter(bad); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want …%s", bad, err, want)
		}
	}
}

// Where nothing matches, it is said what there is to match.
func TestFilterSaysWhatThereIs(t *testing.T) {
	s := parse(t, strings.Replace(filtered, "seeds = 2", "seeds = 30", 1))
	var cells []*Cell
	for i := range s.Cells {
		cells = append(cells, &s.Cells[i])
	}
	for expr, want := range map[string]string{
		"seed:70":                 "seed is one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19 and 10 more",
		"method:sawv":             "method is one of pixels, swav, kp, swav+gmm, centred, my arm",
		"loss.temperature:0.5":    "loss.temperature is one of 0.2, 0.3, 0.1",
		"learner:ema seed:-1":     "learner is one of",
		"method:swav learner:gmm": "method is one of pixels, swav",
		"carp.block:3":            "carp.block is nothing that a cell has",
		"reference:supervised":    "reference is pixels",
	} {
		f, err := ParseFilter(expr)
		if err != nil {
			t.Fatal(err)
		}
		got := f.Lacks(cells)
		if want == "learner is one of" { // and the seeds as well
			if !strings.HasPrefix(got, "learner is one of ") || !strings.Contains(got, "; seed is one of 0") {
				t.Errorf("%s: %s", expr, got)
			}
			continue
		}
		if !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s, want %s", expr, got, want)
		}
	}
}

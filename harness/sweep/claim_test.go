package sweep

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/stats"
)

const claiming = `name = "x"
[[method]]
name = "swav"
observers = ["gmm"]
[[method]]
name = "swav+gmm"
[matrix]
"loss.temperature" = [0.1, 0.2]
"prototypes.init"  = ["random", "data"]
"train.optimizer"  = ["adamw", "sgd", "lars"]
`

func TestClaimsAreRead(t *testing.T) {
	text := claiming + `
[[claim]]
name = "keeps"
says = "The mixture keeps more."
metric = "live_unique@0.025"
contrast = { "swav+gmm" = 1, swav = -1 }
where = { "loss.temperature" = 0.2 }
direction = "more"
effect = 10

[[claim]]
name = "falls"
says = "A shadow loses more the higher the temperature."
metric = "live_unique@0.025"
contrast = { "swav/gmm@0.5" = 1 }
slope = "loss.temperature"
per = "doubling"
direction = "less"

[[claim]]
name = "half"
says = "About half of them."
metric = "live_unique@0.025"
contrast = { swav = 1.0 }
against = 50
where = { "loss.temperature" = 0.1 }
direction = "none"
effect = 2.5

[[claim]]
name = "start"
says = "A start from data helps."
metric = "live_unique@0.025"
contrast = { swav = 1 }
slope = "prototypes.init"
collapsed = 0
direction = "more"
`
	want := []Claim{
		{Name: "keeps", Says: "The mixture keeps more.", Metric: "live_unique@0.025", Contrast: []Term{{"swav", "", 1, -1}, {"swav+gmm", "", 1, 1}},
			Where: map[string]any{"loss.temperature": 0.2}, Hypothesis: stats.Hypothesis{Direction: stats.More, Effect: 10}},
		{Name: "falls", Says: "A shadow loses more the higher the temperature.", Metric: "live_unique@0.025", Contrast: []Term{{"swav", "gmm", 0.5, 1}},
			Slope: "loss.temperature", PerLog2: true, Hypothesis: stats.Hypothesis{Direction: stats.Less}},
		{Name: "half", Says: "About half of them.", Metric: "live_unique@0.025", Contrast: []Term{{"swav", "", 1, 1}}, Against: 50,
			Where: map[string]any{"loss.temperature": 0.1}, Hypothesis: stats.Hypothesis{Direction: stats.None, Effect: 2.5}},
		{Name: "start", Says: "A start from data helps.", Metric: "live_unique@0.025", Contrast: []Term{{"swav", "", 1, 1}},
			Slope: "prototypes.init", Step: []any{"random", "data"}, Collapsed: new(float64), Hypothesis: stats.Hypothesis{Direction: stats.More}},
	}
	s, err := Parse("x.toml", text, testCatalogue())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, s.Claims); d != "" {
		t.Error(d)
	}
}

// Each mistake is refused at its line, with what was expected.
func TestClaimsAreChecked(t *testing.T) {
	sound := map[string]string{
		"name": `"a"`, "says": `"b"`, "metric": `"live_unique@0.025"`, "contrast": `{ swav = 1, "swav+gmm" = -1 }`, "direction": `"more"`,
	}
	cases := []struct{ key, value, want string }{
		{"name", "", "claim.name: missing"},
		{"says", "3", "found the integer 3"},
		{"metric", `"live_uniqe@0.025"`, `did you mean live_unique@0.025?`},
		{"contrast", "", "expected a weight by arm"},
		{"contrast", `{ swav = 1, "swav+gmm" = -2 }`, "add to -1; expected weights that add to 0"},
		{"contrast", `{ swaw = 1, "swav+gmm" = -1 }`, `no arm is called "swaw"; did you mean swav?`},
		{"contrast", `{ "swav/joint" = 1, swav = -1 }`, `arm swav has no observer "joint"`},
		{"contrast", `{ swav = 0, "swav+gmm" = 0 }`, "a finite weight that is not 0"},
		{"direction", `"up"`, "expected one of more, less, none"},
		{"direction", "", "claim.direction: missing"},
		{"direction", `"none"`, "above 0 with direction"},
		{"effect", "-1", "at least 0"},
		{"contrast", `{ "swav@1.5" = 1 }`, "a share of training from 0 to 1"},
		{"contrast", `{ "swav@end" = 1 }`, "a share of training from 0 to 1"},
		{"contrast", `{ "swaw@0.5" = 1 }`, `no arm is called "swaw"; did you mean swav?`},
		{"slope", `"loss.temperatur"`, "no axis of the matrix; did you mean loss.temperature?"},
		{"where", `{ "loss.temperature" = 0.3 }`, "expected one of the axis's values [0.1 0.2]"},
		{"where", `{ "train.batch" = 8 }`, "no axis of the matrix"},
		{"per", `"decade"`, "expected one of unit, doubling"},
		{"slope", "\"prototypes.init\"\nper = \"doubling\"", "whose values [random data] are no numbers; expected \"unit\""},
		{"slope", `"train.optimizer"`, "values that are no numbers, [adamw sgd lars]; expected an axis of numbers, or of two values"},
		{"collapsed", `"0"`, `found the text "0"; expected a finite number`},
		{"collapsed", "nan", "expected a finite number"},
		{"against", "-inf", "expected a finite number"},
		{"contrast", `{ swav = nan, "swav+gmm" = -1 }`, "expected a finite weight"},
		{"contrast", "{ \"swav@0.5\" = 1, swav = -1 }\ncollapsed = 0", "found with a share of training"},
		{"metric", "\"linear@backbone.teacher\"\ncollapsed = 5", "expected with a metric that misleads in a run that collapsed totally"},
		{"wher", "{}", "unknown key; did you mean where?"},
	}
	for _, c := range cases {
		text := claiming + "[[claim]]\n"
		for _, key := range sortedKeys(sound) {
			if key != c.key {
				text += key + " = " + sound[key] + "\n"
			}
		}
		if c.value != "" {
			text += c.key + " = " + c.value + "\n"
		}
		_, err := Parse("x.toml", text, testCatalogue())
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "x.toml:") {
			t.Errorf("%s = %s: %v; want %q", c.key, c.value, err, c.want)
		}
	}
}

func TestClaimsHaveDifferentNames(t *testing.T) {
	one := "[[claim]]\nname = 'a'\nsays = 'b'\nmetric = 'live_unique@0.025'\ncontrast = { swav = 1 }\ndirection = 'more'\n"
	_, err := Parse("x.toml", claiming+one+one, testCatalogue())
	if want := fmt.Sprintf("x.toml:%d: claim.name: %q stands twice", 18, "a"); err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("%v; want %q", err, want)
	}
}

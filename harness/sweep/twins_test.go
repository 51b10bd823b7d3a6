package sweep

import "testing"

// TestTwinsAreSaid: an arm that is another one under another name, or at one value of an axis, is
// warned of; arms that differ in anything are not.
func TestTwinsAreSaid(t *testing.T) {
	const said = " in everything that decides a number: trained once, and not tested against each other"
	s, err := Check("t.toml", `
name = "x"
seeds = 2
[encoder]
name = "mlp"
[train]
batch = 8
[prototypes]
count = 8
[[method]]
name = "swav"
loss.temperature = 0.1
[[method]]
name = "mine"
objective = "swav"
learner = "joint"
loss.temperature = 0.1
[[method]]
name = "softer"
preset = "swav"
[[method]]
name = "watched"
preset = "swav"
observers = ["gmm"]
[matrix]
"loss.temperature" = { values = [0.1, 0.2], where = { method = "softer" } }
`, realCatalogue(), testOpen)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"mine at loss.temperature = 0.1":   "mine at loss.temperature = 0.1 is swav at loss.temperature = 0.1" + said,
		"softer at loss.temperature = 0.1": "softer at loss.temperature = 0.1 is swav at loss.temperature = 0.1" + said,
	}
	seen := 0
	for i := range s.Cells {
		c := &s.Cells[i]
		text := ""
		for _, w := range c.Warnings {
			text += w.Text
			seen++
		}
		if text != want[c.title()] {
			t.Errorf("%s: %q, want %q", c.title(), text, want[c.title()])
		}
	}
	if seen != 4 {
		t.Errorf("%d warnings, want 2 for each seed", seen)
	}
}

// TestTwinsNeedTheSameData: where the data are not opened, their place stands for them.
func TestTwinsNeedTheSameData(t *testing.T) {
	s := parseReal(t, `
name = "x"
references = false
[[method]]
name = "swav"
data.name = "fashion-mnist"
data.path = "a"
[[method]]
name = "b"
preset = "swav"
data.name = "fashion-mnist"
data.path = "b"
[[method]]
name = "c"
preset = "swav"
data.name = "fashion-mnist"
data.path = "b"
`)
	for i, want := range []int{0, 0, 1} {
		if got := len(s.Cells[i].Warnings); got != want {
			t.Errorf("%s: %d warnings, want %d", s.Cells[i].Composition.Name, got, want)
		}
	}
}

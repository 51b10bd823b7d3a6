package sweep

import "testing"

// A path without a line of its own has that of the nearest table above it.
func TestLinesOfTables(t *testing.T) {
	p := parser{lines: keyLines{"train": 3, "method[0]": 5, "method[0].swav": 7}}
	for path, want := range map[string]int{
		"train": 3, "train.batch": 3, "method[0].swav.queue": 7, "method[0].gmm.memory": 5, "data.name": 0, "": 0,
	} {
		if got := p.line(path); got != want {
			t.Errorf("%q is at line %d, want %d", path, got, want)
		}
	}
}

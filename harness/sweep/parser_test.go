package sweep

import (
	"fmt"
	"testing"

	"protobench/harness/sweep/keylines"
	"protobench/internal/frugal"
)

// A path without a line of its own has that of the nearest table above it.
func TestLinesOfTables(t *testing.T) {
	p := parser{lines: keylines.Lines{"train": 3, "method[0]": 5, "method[0].swav": 7}}
	for path, want := range map[string]int{
		"train": 3, "train.batch": 3, "method[0].swav.queue": 7, "method[0].gmm.memory": 5, "data.name": 0, "": 0,
	} {
		if got := p.line(path); got != want {
			t.Errorf("%q is at line %d, want %d", path, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("name = 'x'\nseeds = 2\n[[method]]\nname = 'swav'\n[matrix]\n'loss.temperature' = {values=[1,2], where={learner='joint'}}\n")
	f.Add("name = 3\nseeds = [1,1]\nmatrix = 2\nbaseline = []\nreferences = 1\nmethod = [[{}]]\n")
	f.Fuzz(func(t *testing.T, text string) {
		defer frugal.Bound(t, len(text))()
		s, err := Parse("f", text, testCatalogue())
		if (err == nil) == (s == nil) || err != nil && fmt.Sprint(err) == "" {
			t.Errorf("sweep %v with error %v", s, err)
		}
	})
}

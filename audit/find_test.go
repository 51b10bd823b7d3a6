package audit

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"protobench/metrics"
)

// options are those of the command line's defaults.
func options() Options {
	return Options{Epsilons: metrics.Epsilons(), Thresholds: Defaults()}
}

// TestGoldenLayouts audits small checkpoints in every layout that is known, which the real
// torch.save wrote (testdata/make.py): what is found, the verdict, and what is refused.
func TestGoldenLayouts(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("testdata", "cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		File, Name, Refuses string
		Found               []struct{ Key, Verdict, Says string }
	}
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(strings.TrimSpace(c.File+" "+c.Name), func(t *testing.T) {
			o := options()
			o.Key = c.Name
			path := filepath.Join("testdata", c.File)
			got, err := New(o).File(path)
			if c.Refuses != "" {
				if err == nil || !strings.Contains(err.Error(), c.Refuses) || !strings.HasPrefix(err.Error(), path+": ") {
					t.Errorf("got %v, want the file's name and %q", err, c.Refuses)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != len(c.Found) {
				t.Fatalf("found %d, want %d: %+v", len(got), len(c.Found), got)
			}
			for i, want := range c.Found {
				says := slices.ContainsFunc(got[i].Reasons, func(s string) bool { return strings.Contains(s, want.Says) })
				if r := got[i]; r.Key != want.Key || string(r.Kind) != want.Verdict || !says {
					t.Errorf("got %s: %s\nwant %s: %s, which says %q", r.Key, r.Sentence(), want.Key, want.Verdict, want.Says)
				}
			}
		})
	}
}

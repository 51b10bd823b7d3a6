package harness

import (
	"testing"

	"protobench/datasets"
	"protobench/harness/cell"
	"protobench/harness/internal/fixture"
	"protobench/harness/internal/standin"
)

// TestTwinsAreTrainedOnce: two arms of equal settings are one cell on disk and one run, and both
// have its result.
func TestTwinsAreTrainedOnce(t *testing.T) {
	const text = "name = 'x'\nreferences = false\nseeds = 2\n[train]\nepochs = 1\nbatch = 8\n[prototypes]\ncount = 4\n[encoder]\ndepth = 2\n" +
		"[[method]]\nname = 'swav'\n[[method]]\nname = 'mine'\npreset = 'swav'\n[[method]]\nname = 'dino'\n"
	p, err := NewPlan("t.toml", text, Catalogue(), datasets.NewLibrary(fixture.Open))
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Jobs) != 6 || p.Jobs[0].Dir != p.Jobs[1].Dir || p.Jobs[0].Dir == p.Jobs[2].Dir || len(Distinct(p.Jobs)) != 4 {
		t.Fatalf("%d jobs, %d distinct: %s, %s", len(p.Jobs), len(Distinct(p.Jobs)), p.Jobs[0].Dir, p.Jobs[1].Dir)
	}
	dir, o, started := t.TempDir(), options(standin.Engine(nil)), 0
	o.Jobs = 3
	o.Tell = func(e cell.Event) {
		if e.Kind == cell.Started {
			started++
		}
	}
	s, err := Run(t.Context(), p, p.Jobs, dir, o)
	if err != nil || started != 4 || s.Done != 4 || len(s.Failed) > 0 {
		t.Errorf("%d started, %+v, %v", started, s, err)
	}
	for _, c := range cellsOf(t, dir) {
		if c.Result.Cell.Hash != c.Dir.Plan().Cell.Hash || len(c.Result.Metrics) == 0 {
			t.Errorf("%s has no result", c.Dir.Plan().Cell.Method)
		}
	}
}

package harness

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/harness/cell"
	"protobench/harness/internal/fixture"
	"protobench/harness/internal/standin"
	"protobench/harness/store"
)

// renamed has the cells of [fixture.Small] at one of two temperatures, its arms under other names.
var renamed = strings.NewReplacer(`name = "swav+gmm"`, "preset = \"swav+gmm\"\nname = \"mixture\"", `name = "swav"`, "preset = \"swav\"\nname = \"joint\"").Replace(fixture.Small) +
	"[matrix]\n\"loss.temperature\" = [0.1, 0.3]\n"

// What another sweep finished is taken over under this sweep's names, as if it had been run here.
func TestCellsOfOtherRunsAreReused(t *testing.T) {
	base := t.TempDir()
	whole, old, dir := filepath.Join(base, "whole"), filepath.Join(base, "runs", "old"), filepath.Join(base, "runs", "new")
	execute(t.Context(), t, old, options(standin.Engine(nil)))
	p := planOf(t, renamed)
	run := func(dir string, o Options) Summary {
		s, err := Run(t.Context(), p, p.Jobs, dir, o)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	all := run(whole, options(standin.Engine(nil)))
	o := options(standin.Engine(nil))
	o.Reuse = []string{filepath.Join(base, "runs")}
	var told []string
	started := 0
	o.Tell = func(e cell.Event) {
		switch e.Kind {
		case cell.Reused:
			told = append(told, e.Reason)
		case cell.Started:
			started++
		}
	}
	if s := run(dir, o); s.Done != all.Done || started >= all.Done {
		t.Errorf("%+v, %d started, beside %+v", s, started, all)
	}
	if diff := cmp.Diff(results(t, whole), results(t, dir)); diff != "" {
		t.Error(diff)
	}
	if len(told) != 1 || !strings.HasPrefix(told[0], "9 cells taken over") {
		t.Errorf("%q", told)
	}
	for i, c := range cellsOf(t, dir) {
		if diff := cmp.Diff(p.Jobs[i].Identity(), c.Result.Cell); diff != "" {
			t.Errorf("its identity is another run's: %s", diff)
		}
		if faults, err := c.Dir.Faults(); len(faults) > 0 || err != nil {
			t.Errorf("%v, %v", faults, err)
		}
		for _, name := range []string{"config.toml", "epochs.jsonl", "prototypes.safetensors", "final.safetensors"} {
			want, _ := os.ReadFile(filepath.Join(whole, "cells", filepath.Base(c.Dir.Path()), name))
			if got, _ := os.ReadFile(filepath.Join(c.Dir.Path(), name)); !bytes.Equal(got, want) {
				t.Errorf("%s: %s is not what a run leaves", c.Dir.Path(), name)
			}
		}
	}
}

// A cell that is damaged, short of a file, failed, or measured otherwise along the way is run.
func TestCellsThatAreNotWholeAreNotReused(t *testing.T) {
	base := t.TempDir()
	old := filepath.Join(base, "old")
	execute(t.Context(), t, old, options(standin.Engine(nil)))
	first := func(name string) string {
		at := slices.IndexFunc(cellsOf(t, old), func(c store.CellState) bool { return c.Dir.Plan().Prototypes > 0 })
		return filepath.Join(cellsOf(t, old)[at].Dir.Path(), name)
	}
	for name, spoil := range map[string]func(path string) error{
		"prototypes.safetensors": func(path string) error { return os.Truncate(path, 100) },
		"final.safetensors":      os.Remove,
		"steps.jsonl":            os.Remove,
		"epochs.jsonl":           func(path string) error { return os.WriteFile(path, []byte("{}\n"), 0o644) },
		"result.json":            func(path string) error { return os.WriteFile(path, []byte("{}"), 0o644) },
		"":                       func(string) error { return nil },
	} {
		path, text := first(name), fixture.Small
		kept, _ := os.ReadFile(path)
		if err := spoil(path); err != nil {
			t.Fatal(err)
		}
		if name == "" {
			text = strings.Replace(text, "log_every = 4", "log_every = 3", 1)
		}
		p := planOf(t, text)
		o := options(standin.Engine(nil))
		o.Reuse = []string{old}
		started, told := 0, ""
		o.Tell = func(e cell.Event) {
			if e.Kind == cell.Started {
				started++
			}
			if e.Kind == cell.Reused {
				told = e.Reason
			}
		}
		if _, err := Run(t.Context(), p, p.Jobs, filepath.Join(base, "new"+name), o); err != nil {
			t.Fatal(err)
		}
		if want := map[bool]int{true: 4, false: 1}[name == ""]; started != want || !strings.Contains(told, " not: ") {
			t.Errorf("%s: %d cells were run, want %d; %q", name, started, want, told)
		}
		if name != "" {
			if err := os.WriteFile(path, kept, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// A sweep that keeps weights needs those of the other run; one that does not leaves them there.
func TestReusedCellsKeepWeightsAsTheirSweepSays(t *testing.T) {
	const without = "[store]\nweights = false\n"
	for _, c := range []struct {
		from, to  string
		weights   bool // of the cells in the end
		wantTrain bool
	}{{without, "", true, true}, {"", without, false, false}, {without, without, false, false}} {
		base := t.TempDir()
		old, dir := filepath.Join(base, "old"), filepath.Join(base, "new")
		p := planOf(t, fixture.Small+c.from)
		if _, err := Run(t.Context(), p, p.Jobs, old, options(standin.Engine(nil))); err != nil {
			t.Fatal(err)
		}
		p = planOf(t, fixture.Small+c.to)
		o, trained := options(standin.Engine(nil)), false
		o.Reuse = []string{old}
		o.Tell = func(e cell.Event) { trained = trained || e.Kind == cell.Stepped }
		if _, err := Run(t.Context(), p, p.Jobs, dir, o); err != nil {
			t.Fatal(err)
		}
		if trained != c.wantTrain {
			t.Errorf("%+v: trained: %v", c, trained)
		}
		for _, one := range cellsOf(t, dir) {
			f, err := one.Dir.Weights()
			if kept := f != nil; err != nil || kept != (c.weights && one.Result.Cell.Method != "pixels") {
				t.Errorf("%+v, %s: weights: %v, %v", c, one.Result.Cell.Method, kept, err)
			}
		}
	}
}

func TestReuseNamesAFolderThatHoldsNoRun(t *testing.T) {
	p, o := planOf(t, fixture.Small), options(standin.Engine(nil))
	o.Reuse = []string{t.TempDir()}
	dir := filepath.Join(t.TempDir(), "run")
	if _, err := Run(t.Context(), p, p.Jobs, dir, o); err == nil || !strings.Contains(err.Error(), o.Reuse[0]) {
		t.Error(err)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("the run's own folder was made")
	}
}

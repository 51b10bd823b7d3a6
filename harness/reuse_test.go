package harness

import (
	"bytes"
	"compress/gzip"
	"errors"
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
		left := filepath.Join(whole, "cells", filepath.Base(c.Dir.Path()))
		files, err := os.ReadDir(left)
		if err != nil || len(files) < 2 {
			t.Fatal(len(files), err)
		}
		for _, f := range files {
			want, _ := os.ReadFile(filepath.Join(left, f.Name()))
			got, err := os.ReadFile(filepath.Join(c.Dir.Path(), f.Name()))
			if err != nil || f.Name() != "result.json" && f.Name() != "steps.jsonl" && !bytes.Equal(got, want) { // those have times
				t.Errorf("%s: %s is not what a run leaves: %v", c.Dir.Path(), f.Name(), err)
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
		if want := map[bool]int{true: 4, false: 1}[name == ""]; started != want || !strings.Contains(told, " not all that they have: ") {
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

// A cell that had begun here is ended by what another run has of it, from packed curves as well; what
// nobody has ended is left as it is, and folders that are no runs any more are passed over.
func TestReuseOfWhatHadBegun(t *testing.T) {
	base := t.TempDir()
	whole, dir := filepath.Join(base, "runs", "whole"), filepath.Join(base, "runs", "new")
	execute(t.Context(), t, whole, options(standin.Engine(nil)))
	want := results(t, whole)
	for _, c := range cellsOf(t, whole) {
		plain := filepath.Join(c.Dir.Path(), "epochs.jsonl")
		b, err := os.ReadFile(plain)
		if err != nil {
			continue
		}
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		_, _ = z.Write(b)
		if err := errors.Join(z.Close(), os.WriteFile(plain+".gz", packed.Bytes(), 0o644), os.Remove(plain)); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{"damaged": "{", "old": `{"schema":1,"name":"x","cells":[]}`} {
		if err := errors.Join(os.MkdirAll(filepath.Join(base, "runs", name), 0o755), os.WriteFile(filepath.Join(base, "runs", name, "plan.json"), []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	failing := options(standin.Engine(func(f *fixture.Fake) {
		f.AtStep = func(step int) error { return map[bool]error{true: errors.New("disk full")}[step == 9] }
	}))
	failing.CheckpointEvery = 0
	if s := execute(t.Context(), t, dir, failing); len(s.Failed) == 0 {
		t.Fatalf("%+v", s)
	}
	o, told := options(standin.Engine(nil)), ""
	o.RetryFailed, o.Reuse = true, []string{filepath.Join(base, "runs")}
	o.Tell = func(e cell.Event) {
		if e.Kind == cell.Started {
			t.Errorf("%s is run", e.Cell)
		}
		if e.Kind == cell.Reused {
			told = e.Reason
		}
	}
	if s := execute(t.Context(), t, dir, o); s.Done != 9 {
		t.Errorf("%+v", s)
	}
	if diff := cmp.Diff(want, results(t, dir)); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(told, "plan.json") || !strings.Contains(told, "and 1 more") {
		t.Errorf("%q", told)
	}
	for _, c := range cellsOf(t, dir) {
		if c.Dir.HasCheckpoint() {
			t.Errorf("%s keeps a checkpoint", c.Dir.Path())
		}
	}
}

// Cells that are handed on to others are taken over first; those that nobody has get no folder.
func TestDelegatedCellsAreReused(t *testing.T) {
	base := t.TempDir()
	old, dir := filepath.Join(base, "old"), filepath.Join(base, "new")
	p := planOf(t, fixture.Small)
	if _, err := Run(t.Context(), p, p.Jobs[:4], old, options(standin.Engine(nil))); err != nil {
		t.Fatal(err)
	}
	var todo []cell.Job
	s, err := Delegate(p, p.Jobs, dir, Options{Reuse: []string{old}}, func(_ *store.Dir, jobs []cell.Job) error { todo = jobs; return nil })
	if err != nil || s.Done != 4 || len(todo) != 5 {
		t.Errorf("%+v, %d handed on, %v", s, len(todo), err)
	}
	if folders, _ := os.ReadDir(filepath.Join(dir, "cells")); len(folders) != 4 {
		t.Errorf("%d folders of cells, want 4", len(folders))
	}
}

// Who ended a cell meanwhile has ended it.
func TestReuseLeavesWhatAnotherWorkerEnded(t *testing.T) {
	base := t.TempDir()
	old, dir := filepath.Join(base, "old"), filepath.Join(base, "new")
	execute(t.Context(), t, old, options(standin.Engine(nil)))
	execute(t.Context(), t, dir, options(standin.Engine(nil)))
	p := planOf(t, fixture.Small)
	from, err := othersIn([]string{old})
	if err != nil {
		t.Fatal(err)
	}
	before := cellsOf(t, dir)[3].Dir
	was, err := os.ReadFile(filepath.Join(before.Path(), "result.json"))
	if err != nil {
		t.Fatal(err)
	}
	x := &executor{name: p.Sweep.Name, dir: openedDir(t, dir), keepWeights: true}
	if todo := x.reuse(t.Context(), p.Jobs[3:4], from); len(todo) != 0 || x.summary.Done != 1 {
		t.Errorf("%d left, %+v", len(todo), x.summary)
	}
	if is, _ := os.ReadFile(filepath.Join(before.Path(), "result.json")); !bytes.Equal(is, was) {
		t.Error("its result was written over")
	}
}

func openedDir(t *testing.T, path string) *store.Dir {
	t.Helper()
	d, err := store.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return d
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

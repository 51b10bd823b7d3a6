package harness

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"protobench/datasets"
	"protobench/harness/cell"
	"protobench/harness/internal/fixture"
	"protobench/harness/internal/standin"
	"protobench/harness/store"
	"protobench/metrics"
	"protobench/metrics/metric"
)

func options(e cell.Engine) Options {
	return Options{Jobs: 1, MaxMemory: -1, CheckpointEvery: time.Hour, Version: "v", Engine: e, Data: datasets.NewLibrary(fixture.Open)}
}

func execute(ctx context.Context, t *testing.T, dir string, o Options) Summary {
	t.Helper()
	p := planOf(t, fixture.Small)
	s, err := Run(ctx, p, p.Jobs, dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// results reads the metrics of every cell as bytes, and the curves.
func results(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	paths, _ := filepath.Glob(filepath.Join(dir, "cells", "*", "result.json"))
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var r map[string]json.RawMessage
		if err := json.Unmarshal(raw, &r); err != nil {
			t.Fatal(err)
		}
		folder := filepath.Base(filepath.Dir(path))
		out[folder] = string(r["metrics"]) + string(r["observers"]) + string(r["outcome"])
		for _, log := range []string{"steps.jsonl", "epochs.jsonl"} {
			lines, _ := os.ReadFile(filepath.Join(filepath.Dir(path), log))
			out[folder+"/"+log] = string(lines)
		}
	}
	return out
}

func TestResultsAreTheSameHoweverTheyAreRun(t *testing.T) {
	base := t.TempDir()
	one, two, cut := filepath.Join(base, "one"), filepath.Join(base, "two"), filepath.Join(base, "cut")
	if s := execute(context.Background(), t, one, options(standin.Engine(nil))); s.Done != 9 || len(s.Failed) > 0 {
		t.Fatalf("%+v", s)
	}
	parallel := options(standin.Engine(nil))
	parallel.Jobs = 3
	parallel.CheckpointEvery = 0
	execute(context.Background(), t, two, parallel)
	interruptOften(t, cut)
	want := results(t, one)
	if len(want) != 27 {
		t.Fatalf("%d files", len(want))
	}
	if diff := cmp.Diff(want, results(t, two)); diff != "" {
		t.Errorf("three workers: %s", diff)
	}
	if diff := cmp.Diff(want, results(t, cut)); diff != "" {
		t.Errorf("interrupted: %s", diff)
	}
}

// interruptOften runs the sweep in pieces of few steps until it is done.
func interruptOften(t *testing.T, dir string) {
	for range 100 {
		ctx, stop := context.WithCancel(context.Background())
		o := options(standin.Engine(nil))
		steps := 0
		o.Tell = func(e cell.Event) {
			if e.Kind == cell.Stepped {
				if steps++; steps == 4 {
					stop()
				}
			}
		}
		s := execute(ctx, t, dir, o)
		stop()
		if s.Interrupted == 0 {
			return
		}
	}
	t.Fatal("never done")
}

func TestResumedCellsSayWhere(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	interruptOften(t, dir)
	var resumed []string
	for _, c := range cellsOf(t, dir) {
		if len(c.Result.ResumedAt) > 0 {
			resumed = append(resumed, fmt.Sprint(c.Result.Cell.Method, c.Result.ResumedAt))
		}
		if _, err := os.Stat(filepath.Join(c.Dir.Path(), "checkpoint.safetensors")); err == nil {
			t.Errorf("%s kept its checkpoint", c.Dir.Path())
		}
	}
	if len(resumed) < 4 {
		t.Errorf("resumed: %v", resumed)
	}
}

func cellsOf(t *testing.T, dir string) []store.CellState {
	t.Helper()
	d, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	cells, err := d.Cells()
	if err != nil {
		t.Fatal(err)
	}
	return cells
}

func TestASecondRunDoesOnlyWhatIsMissing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	execute(context.Background(), t, dir, options(standin.Engine(nil)))
	o := options(standin.Engine(func(*fixture.Fake) { t.Error("a cell was run again") }))
	if s := execute(context.Background(), t, dir, o); s.Done != 9 {
		t.Errorf("%+v", s)
	}
	if err := os.Remove(filepath.Join(cellsOf(t, dir)[4].Dir.Path(), "result.json")); err != nil {
		t.Fatal(err)
	}
	made := 0
	execute(context.Background(), t, dir, options(standin.Engine(func(*fixture.Fake) { made++ })))
	if made != 1 {
		t.Errorf("%d cells were run", made)
	}
}

func TestOneCellsFailureLeavesTheOthersAlone(t *testing.T) {
	for name, fail := range map[string]func(step int) error{
		"error": func(step int) error { return map[bool]error{true: errors.New("no luck")}[step == 5] },
		"panic": func(step int) error {
			if step == 5 {
				panic("no luck")
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "run")
			engine := standin.Engine(func(f *fixture.Fake) {
				if f.Cfg.Composition.Learner == "gmm" && f.Cfg.Seed == 1 {
					f.AtStep = fail
				}
			})
			s := execute(context.Background(), t, dir, options(engine))
			if s.Done != 8 || len(s.Failed) != 1 || !strings.Contains(s.Failed[0], "no luck") {
				t.Fatalf("%+v", s)
			}
			again := execute(context.Background(), t, dir, options(standin.Engine(nil)))
			if len(again.Failed) != 1 || !strings.Contains(again.Failed[0], "--retry-failed") {
				t.Errorf("without a retry: %+v", again)
			}
			retry := options(standin.Engine(nil))
			retry.RetryFailed = true
			if s := execute(context.Background(), t, dir, retry); s.Done != 9 || len(s.Failed) != 0 {
				t.Errorf("retry: %+v", s)
			}
		})
	}
}

func TestFailFastStops(t *testing.T) {
	o := options(standin.Engine(func(f *fixture.Fake) { f.AtStep = func(int) error { return errors.New("no luck") } }))
	o.FailFast = true
	s := execute(context.Background(), t, filepath.Join(t.TempDir(), "run"), o)
	if len(s.Failed) != 1 || s.Interrupted == 0 {
		t.Errorf("%+v", s)
	}
}

func TestDivergedCellsKeepTheirRecord(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	s := execute(context.Background(), t, dir, options(standin.Engine(func(f *fixture.Fake) { f.Poison = 7 })))
	if s.Done != 9 { // diverging is an outcome, not a failure
		t.Fatalf("%+v", s)
	}
	for _, c := range cellsOf(t, dir) {
		if c.Result.Cell.Learner == "" {
			continue
		}
		steps, err := c.Dir.Steps()
		if err != nil || c.Result.Outcome.Status != store.Diverged || c.Result.Outcome.Epoch != 1 || steps[len(steps)-1].Step != 7 {
			t.Errorf("%+v %v %v", c.Result.Outcome, steps, err)
		}
	}
}

// A number of the state that is not finite is found at the next line of the log or the next
// checkpoint, whatever comes first, and the checkpoint before it stays.
func TestDivergedCellsKeepTheirLastGoodCheckpoint(t *testing.T) {
	for name, c := range map[string]struct {
		every time.Duration
		kept  int // step of the checkpoint that is left; 0 for none
		found int
	}{"found at a checkpoint": {0, 6, 7}, "found at a line of the log": {time.Hour, 0, 8}} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "run")
			o := options(standin.Engine(func(f *fixture.Fake) { f.Spoil = 7 }))
			o.CheckpointEvery = c.every
			execute(context.Background(), t, dir, o)
			for _, one := range cellsOf(t, dir) {
				if one.Result.Cell.Learner == "" {
					continue
				}
				out := one.Result.Outcome
				if want := fmt.Sprintf("now, written by the fake (found after step %d)", c.found); out.Status != store.Diverged || !strings.HasSuffix(out.Reason, want) {
					t.Errorf("%+v, want %s", out, want)
				}
				cp, err := one.Dir.Checkpoint()
				if err != nil || (cp == nil) != (c.kept == 0) || cp != nil && cp.Step != c.kept {
					t.Errorf("%+v %v", cp, err)
				}
			}
		})
	}
}

func TestTotalCollapseIsNamed(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	execute(context.Background(), t, dir, options(standin.Engine(func(f *fixture.Fake) {
		f.Temperature, f.Init = 0, "random"
		for i := range f.Now { // one prototype takes everything
			f.Now[i] = 0.001 * float32(i%3)
		}
	})))
	for _, c := range cellsOf(t, dir) {
		if c.Result.Cell.Learner != "" && (c.Result.Outcome.Status != store.Collapsed || c.Result.Outcome.Reason != "one live prototype") {
			t.Errorf("%+v", c.Result.Outcome)
		}
	}
}

// ofTails tells the metrics that long-tailed runs alone have.
func ofTails(s metric.Spec) bool {
	return strings.Contains(s.Key, "_head@") || strings.Contains(s.Key, "_medium@") || strings.Contains(s.Key, "_tail@")
}

func TestResultsHoldEveryListedMetric(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	execute(context.Background(), t, dir, options(standin.Engine(nil)))
	var known []string
	for _, s := range metrics.Select(func(s metric.Spec) bool { return s.When != metric.Extra && !ofTails(s) }) {
		known = append(known, s.Key)
	}
	sort.Strings(known)
	for _, c := range cellsOf(t, dir) {
		got := slices.Sorted(maps.Keys(c.Result.Metrics))
		switch c.Result.Cell.Method {
		case "pixels", "untrained", "supervised":
			if len(got) != 8 || c.Result.Metrics["linear@backbone.teacher"] == 0 {
				t.Errorf("%s: %v", c.Result.Cell.Method, got)
			}
		default:
			if diff := cmp.Diff(known, got); diff != "" {
				t.Errorf("%s: %s", c.Result.Cell.Method, diff)
			}
		}
	}
}

func TestCurvesAndPrototypesAreWritten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	execute(context.Background(), t, dir, options(standin.Engine(nil)))
	one := cellsOf(t, dir)[4] // swav+gmm, seed 0
	epochs, err := one.Dir.Epochs()
	if err != nil {
		t.Fatal(err)
	}
	var at []int
	for _, e := range epochs {
		at = append(at, e.Step)
		if e.Metrics["unique@0.025"] == 0 || e.Observers["joint"]["live_unique@0.5"] == 0 || (e.Step > 0) != (e.Metrics["loss"] != 0) {
			t.Errorf("step %d: %v", e.Step, e.Metrics)
		}
	}
	if diff := cmp.Diff([]int{0, 3, 5, 10, 15}, at); diff != "" {
		t.Error(diff)
	}
	steps, _ := one.Dir.Steps()
	var logged []int
	for _, s := range steps {
		logged = append(logged, s.Step)
	}
	if diff := cmp.Diff([]int{2, 4, 8, 12, 15}, logged); diff != "" || len(steps[0].Events) != 1 {
		t.Errorf("%s %v", diff, steps[0])
	}
	file, err := one.Dir.Prototypes()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, tensor := range file.Tensors {
		names = append(names, tensor.Name)
	}
	want := []string{"prototypes.student", "prototypes.teacher", "prototypes.initial", "usage.counts", "usage.owner"}
	for _, n := range want[:5:5] {
		want = append(want, "observer.joint."+n)
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
}

func TestRunRefusesAnUnwritableFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	p := planOf(t, fixture.Small)
	_, err := Run(context.Background(), p, p.Jobs, filepath.Join(file, "run"), options(standin.Engine(nil)))
	if err == nil || !strings.Contains(err.Error(), "--out") {
		t.Error(err)
	}
}

func TestDataThatCannotBeOpenedFailsThePlan(t *testing.T) {
	_, err := NewPlan("t.toml", "name = 'x'\n[data]\nname = 'absent'\n[[method]]\nname = 'swav'\n", Catalogue(), datasets.NewLibrary(fixture.Open))
	if err == nil || err.Error() != "t.toml:2: data: no such data" {
		t.Error(err)
	}
}

// Workers share a directory: each cell is trained once, and a run that wants it for itself waits.
func TestWorkersShareADirectory(t *testing.T) {
	base := t.TempDir()
	alone, shared := filepath.Join(base, "alone"), filepath.Join(base, "shared")
	execute(t.Context(), t, alone, options(standin.Engine(nil)))
	p := planOf(t, fixture.Small)
	if s, err := Run(t.Context(), p, p.Jobs[:1], shared, options(standin.Engine(nil))); err != nil || s.Done != 1 {
		t.Fatal(s, err)
	}
	var trained, refused atomic.Int64
	work := func() (Summary, error) {
		o := options(standin.Engine(func(*fixture.Fake) { trained.Add(1) }))
		o.Tell = func(e cell.Event) {
			if e.Kind != cell.Measured {
				return
			}
			var held *store.Held
			if _, err := Run(t.Context(), p, p.Jobs, shared, o); errors.As(err, &held) && held.By.Purpose == "worker" {
				refused.Add(1)
			}
		}
		return Work(t.Context(), p, p.Jobs, shared, o)
	}
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if s, err := work(); err != nil || len(s.Failed) > 0 || s.Done+s.Interrupted != 9 {
				t.Errorf("%+v, %v", s, err)
			}
		})
	}
	both.Wait()
	if s, err := work(); err != nil || s.Done != 9 {
		t.Errorf("%+v, %v", s, err)
	}
	if trained.Load() != 8 || refused.Load() == 0 {
		t.Errorf("%d trainings, expected 8, one of each cell but for that of pixels; %d runs turned away", trained.Load(), refused.Load())
	}
	if diff := cmp.Diff(results(t, alone), results(t, shared)); diff != "" {
		t.Error(diff)
	}
}

package harness

import (
	"context"
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
	"protobench/methods"
	"protobench/methods/part"
)

// A cell that fails after a checkpoint goes on from it when it is tried again, to the same numbers.
func TestARetryGoesOnFromTheCheckpoint(t *testing.T) {
	dir, want := retried(t, func(string) {})
	if diff := cmp.Diff(want, results(t, dir)); diff != "" {
		t.Error(diff)
	}
}

// retried runs a sweep whose arms fail at step 9, does something to its directory, and runs it again,
// which has to go on from the checkpoints. want are the results of one that never failed.
func retried(t *testing.T, meanwhile func(dir string)) (dir string, want map[string]string) {
	t.Helper()
	base := t.TempDir()
	whole, dir := filepath.Join(base, "whole"), filepath.Join(base, "run")
	execute(t.Context(), t, whole, options(standin.Engine(nil)))
	failing := options(standin.Engine(func(f *fixture.Fake) {
		f.AtStep = func(step int) error { return map[bool]error{true: errors.New("disk full")}[step == 9] }
	}))
	failing.CheckpointEvery = 0
	if s := execute(t.Context(), t, dir, failing); len(s.Failed) == 0 {
		t.Fatalf("%+v", s)
	}
	meanwhile(dir)
	retry := options(standin.Engine(func(f *fixture.Fake) {
		f.AtStep = func(step int) error {
			if step < 9 {
				t.Errorf("step %d was done again", step)
			}
			return nil
		}
	}))
	retry.RetryFailed = true
	if s := execute(t.Context(), t, dir, retry); s.Done != 9 || len(s.Failed) > 0 {
		t.Fatalf("%+v", s)
	}
	return dir, results(t, whole)
}

// Why a cell failed is not lost when its result cannot be written either.
func TestAResultThatCannotBeWrittenKeepsTheReason(t *testing.T) {
	for name, fail := range map[string]error{"failed": errors.New("no luck"), "ok": nil} {
		t.Run(name, func(t *testing.T) {
			p := planOf(t, fixture.Small)
			dir := filepath.Join(t.TempDir(), "run")
			o := options(standin.Engine(func(f *fixture.Fake) {
				f.AtStep = func(step int) error { return map[bool]error{true: fail}[step == 5] }
			}))
			var ended cell.Event
			o.Tell = func(e cell.Event) {
				switch e.Kind {
				case cell.Stepped: // a folder in the result's place
					_ = os.MkdirAll(filepath.Join(dir, "cells", p.Jobs[3].Dir, "result.json", "x"), 0o755)
				case cell.Ended:
					ended = e
				}
			}
			s, err := Run(context.Background(), p, p.Jobs[3:4], dir, o)
			if err != nil || len(s.Failed) != 1 || !strings.Contains(s.Failed[0], "result not written") {
				t.Fatalf("%+v %v", s, err)
			}
			if fail != nil && !strings.Contains(s.Failed[0], "no luck") {
				t.Errorf("the reason is lost: %s", s.Failed[0])
			}
			if ended.Status != store.Failed || !strings.HasSuffix(s.Failed[0], ended.Reason) {
				t.Errorf("%+v", ended)
			}
		})
	}
}

// What is damaged is set aside, told, and computed again to the same numbers, without being asked.
func TestWhatIsDamagedIsComputedAgain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	execute(t.Context(), t, dir, options(standin.Engine(nil)))
	want := results(t, dir)
	file := func(cell int, name string) string { return filepath.Join(cellsOf(t, dir)[cell].Dir.Path(), name) }
	flip := func(b []byte) []byte { b[len(b)/2] ^= 1; return b }
	other, err := os.ReadFile(file(4, "result.json"))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		damage func([]byte) []byte
		kept   string
	}{
		"result.json":            {func([]byte) []byte { return []byte("{") }, "result.damaged.json"},
		"a result's metric":      {flip, "result.damaged.json"},
		"another cell's result":  {func([]byte) []byte { return other }, "result.damaged.json"},
		"epochs.jsonl":           {func(b []byte) []byte { return append([]byte("garbled"), b...) }, "epochs.damaged.jsonl"},
		"steps.jsonl":            {flip, "steps.damaged.jsonl"},
		"prototypes.safetensors": {func(b []byte) []byte { return b[:len(b)-3] }, "prototypes.damaged.safetensors"},
		"config.toml, edited":    {func(b []byte) []byte { return append(b, "\n# an edit\n"...) }, "config.damaged.toml"},
		"prototypes, one bit":    {flip, "prototypes.damaged.safetensors"},
	} {
		t.Run(name, func(t *testing.T) {
			path := file(8, strings.Replace(c.kept, ".damaged", "", 1))
			was, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			now := c.damage(slices.Clone(was))
			if err := os.WriteFile(path, now, 0o600); err != nil {
				t.Fatal(err)
			}
			made, told := 0, ""
			o := options(standin.Engine(func(*fixture.Fake) { made++ }))
			o.Tell = func(e cell.Event) {
				if e.Kind == cell.Noticed {
					told = e.Reason
				}
			}
			s := execute(t.Context(), t, dir, o)
			if s.Done != 9 || len(s.Failed) > 0 || len(s.SetAside) != 1 || !strings.Contains(told, path) || (made == 1) == strings.HasPrefix(name, "config") {
				t.Errorf("%+v, told %q, %d trainings", s, told, made)
			}
			if diff := cmp.Diff(want, results(t, dir)); diff != "" {
				t.Error(diff)
			}
			if b, err := os.ReadFile(file(8, c.kept)); err != nil || string(b) != string(now) {
				t.Errorf("not kept: %v", err)
			}
			for _, kept := range []string{c.kept, "result.damaged.json"} {
				_ = os.Remove(file(8, kept))
			}
			if s := execute(t.Context(), t, dir, options(standin.Engine(func(*fixture.Fake) { t.Error("again") }))); s.Done != 9 || len(s.SetAside) > 0 {
				t.Errorf("afterwards: %+v", s)
			}
		})
	}
}

func TestTheLastEventSaysWhetherAnythingIsLeft(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	ctx, stop := context.WithCancel(context.Background())
	last := ""
	o := options(standin.Engine(nil))
	o.Tell = func(e cell.Event) {
		last = e.Kind
		if e.Kind == cell.Stepped {
			stop()
		}
	}
	if execute(ctx, t, dir, o); last != cell.Stopped {
		t.Errorf("interrupted: %s", last)
	}
	o.Tell = func(e cell.Event) { last = e.Kind }
	if execute(context.Background(), t, dir, o); last != cell.Finished {
		t.Errorf("to the end: %s", last)
	}
}

// An interrupt between the last step and the result ends the cell without one.
func TestFinalProbesGiveWay(t *testing.T) {
	p := planOf(t, fixture.Small)
	dir := filepath.Join(t.TempDir(), "run")
	ctx, stop := context.WithCancel(context.Background())
	o := options(standin.Engine(nil))
	o.Tell = func(e cell.Event) {
		if e.Kind == cell.Measured && e.Step == e.Steps {
			stop()
		}
	}
	s, err := Run(ctx, p, p.Jobs[3:4], dir, o)
	if err != nil || s.Interrupted != 1 || s.Done != 0 {
		t.Errorf("%+v %v", s, err)
	}
	s, err = Run(context.Background(), p, p.Jobs[3:4], dir, options(standin.Engine(nil)))
	if err != nil || s.Done != 1 {
		t.Errorf("%+v %v", s, err)
	}
}

// tracked notes what is asked of a trainer, in order.
type tracked struct {
	*fixture.Fake
	calls *[]string
}

func (t tracked) Prepare(next func() []float32) error {
	*t.calls = append(*t.calls, "prepare")
	return t.Fake.Prepare(next)
}

func (t tracked) Features(b part.Branch, images []float32) (backbone, embedding []float32, err error) {
	*t.calls = append(*t.calls, "measure")
	return t.Fake.Features(b, images)
}

func (t tracked) Step(views []float32) (methods.StepResult, error) {
	*t.calls = append(*t.calls, "step")
	return t.Fake.Step(views)
}

func TestArmsArePreparedOnceBeforeTheFirstMeasurement(t *testing.T) {
	p := planOf(t, fixture.Small)
	dir := filepath.Join(t.TempDir(), "run")
	var calls []string
	engine := standin.Engine(nil)
	engine.Trainer = func(cfg part.Config) (cell.Trainer, error) { return tracked{fixture.NewFake(cfg), &calls}, nil }
	ctx, stop := context.WithCancel(context.Background())
	o := options(engine)
	o.Tell = func(e cell.Event) {
		if e.Kind == cell.Stepped {
			stop()
		}
	}
	if _, err := Run(ctx, p, p.Jobs[3:4], dir, o); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"prepare", "measure", "step"}, calls); diff != "" {
		t.Error(diff)
	}
	calls = nil
	if _, err := Run(context.Background(), p, p.Jobs[3:4], dir, options(engine)); err != nil || calls[0] != "step" || slices.Contains(calls, "prepare") {
		t.Errorf("resumed: %v, %v", calls, err)
	}
}

// A cell that failed behind its checkpoint, or before its first one, has logged steps and
// measurements that the retry does again: they stand in its logs once.
func TestARetryCutsTheLogs(t *testing.T) {
	text := strings.Replace(fixture.Small, "log_every = 4", "log_every = 1", 1)
	p := planOf(t, text)
	whole := filepath.Join(t.TempDir(), "run")
	run := func(dir string, o Options) Summary {
		s, err := Run(t.Context(), p, p.Jobs[3:5], dir, o)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if s := run(whole, options(standin.Engine(nil))); s.Done != 2 {
		t.Fatalf("%+v", s)
	}
	for name, saved := range map[string]bool{"behind a checkpoint": true, "before the first": false} {
		dir := filepath.Join(t.TempDir(), "run")
		if saved {
			interruptAt(t, p, dir, 4)
		}
		fails := options(standin.Engine(func(f *fixture.Fake) {
			f.AtStep = func(step int) error { return map[bool]error{true: errors.New("no luck")}[step == 9] }
		}))
		if s := run(dir, fails); len(s.Failed) != 2 {
			t.Fatalf("%s: %+v", name, s)
		}
		retry := options(standin.Engine(nil))
		retry.RetryFailed = true
		if s := run(dir, retry); s.Done != 2 {
			t.Fatalf("%s: %+v", name, s)
		}
		for _, c := range cellsOf(t, dir)[3:5] {
			if resumed := len(c.Result.ResumedAt) > 0; resumed != saved {
				t.Errorf("%s: resumed at %v", name, c.Result.ResumedAt)
			}
		}
		if diff := cmp.Diff(results(t, whole), results(t, dir)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// interruptAt runs two cells until each has done some steps.
func interruptAt(t *testing.T, p *Plan, dir string, step int) {
	t.Helper()
	for i := 3; i < 5; i++ {
		ctx, stop := context.WithCancel(t.Context())
		o := options(standin.Engine(nil))
		o.Tell = func(e cell.Event) {
			if e.Kind == cell.Stepped && e.Step == step {
				stop()
			}
		}
		if s, err := Run(ctx, p, p.Jobs[i:i+1], dir, o); err != nil || s.Interrupted != 1 {
			t.Fatal(s, err)
		}
	}
}

// Collapsed and diverged are outcomes: neither a second run nor a retry of what failed touches such
// cells.
func TestEndedCellsAreNotRunAgain(t *testing.T) {
	for status, change := range map[string]func(*fixture.Fake){
		store.Diverged: func(f *fixture.Fake) { f.Poison = 7 },
		store.Collapsed: func(f *fixture.Fake) {
			f.Temperature, f.Init = 0, "random"
			for i := range f.Now {
				f.Now[i] = 0.001 * float32(i%3)
			}
		},
	} {
		dir := filepath.Join(t.TempDir(), "run")
		execute(t.Context(), t, dir, options(standin.Engine(change)))
		want, ended := results(t, dir), 0
		for _, c := range cellsOf(t, dir) {
			if c.Result.Outcome.Status == status {
				ended++
			}
		}
		if ended < 4 {
			t.Fatalf("%d cells ended %s", ended, status)
		}
		again := options(standin.Engine(func(*fixture.Fake) { t.Errorf("a %s cell was run again", status) }))
		again.RetryFailed = true
		if s := execute(t.Context(), t, dir, again); s.Done != 9 || len(s.Failed) > 0 {
			t.Errorf("%s: %+v", status, s)
		}
		if diff := cmp.Diff(want, results(t, dir)); diff != "" {
			t.Errorf("%s: %s", status, diff)
		}
	}
}

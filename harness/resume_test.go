package harness

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/datasets"
	"protobench/harness/cell"
	"protobench/harness/internal/fixture"
	"protobench/harness/internal/standin"
	"protobench/harness/store"
)

// everyPart is the small roster, which has every preset, with what no preset has: the other
// learners, observers, optimizers and encoders, and the row that learns the labels.
func everyPart(t *testing.T) string {
	text := strings.Replace(smallRoster(t), "references = false", `references = ["supervised"]`, 1)
	arm := func(name, preset, rest string) {
		text += fmt.Sprintf("\n[[method]]\nname = %q\npreset = %q\n%s\n", name, preset, rest)
	}
	for _, learner := range []string{"kmeans", "epoch-kmeans", "self-cluster", "ema", "hyperspherical"} {
		arm("swav, "+learner, "swav", fmt.Sprintf("learner = %q", learner))
	}
	for _, optimizer := range []string{"sgd", "lars", "adam"} {
		arm("dino, "+optimizer, "dino", fmt.Sprintf("train.optimizer = %q", optimizer))
	}
	arm("seen by all", "swav+gmm", `observers = ["joint", "gmm", "frozen", "kmeans", "epoch-kmeans", "self-cluster", "ema", "hyperspherical"]`)
	arm("a schedule", "swav", `learner = [{name = "gmm", until = 1}, {name = "joint"}]`)
	arm("regularized", "dino", `regularizers = ["koleo-prototypes", "koleo-features", "me-max", "orthogonality", "repulsion"]`)
	arm("resnet18", "swav", "encoder.name = \"resnet18\"")
	return text
}

// A cell that was stopped and went on ends with the same bytes as one that was not: metrics,
// curves, prototypes and weights, for every preset, learner, optimizer, regularizer and kind of
// observer. All of them train.
func TestEveryPartTrainsAndGoesOnExactly(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	data := datasets.NewLibrary(datasets.Open)
	p, err := NewPlan("every", everyPart(t), Catalogue(), data)
	if err != nil {
		t.Fatal(err)
	}
	base := t.TempDir()
	whole, cut := filepath.Join(base, "whole"), filepath.Join(base, "cut")
	o := options(cell.Real())
	o.Jobs, o.Data = 2, data
	if s, err := Run(t.Context(), p, p.Jobs, whole, o); err != nil || s.Done != len(p.Jobs) {
		t.Fatalf("%+v, %v", s, err)
	}
	checkTrained(t, whole)
	for _, stop := range []int{5, 0} { // of 8 steps
		stopAllAt(t, p, cut, o, stop)
	}
	for _, c := range cellsOf(t, cut) {
		if fmt.Sprint(c.Result.ResumedAt) != "[5]" {
			t.Errorf("%s: resumed at %v", c.Result.Cell.Method, c.Result.ResumedAt)
		}
	}
	if diff := cmp.Diff(results(t, whole), results(t, cut)); diff != "" {
		t.Error(diff)
	}
	for _, c := range cellsOf(t, whole) {
		for _, name := range []string{"prototypes.safetensors", "final.safetensors"} {
			a, _ := os.ReadFile(filepath.Join(c.Dir.Path(), name))
			b, _ := os.ReadFile(filepath.Join(cut, "cells", filepath.Base(c.Dir.Path()), name))
			if string(a) != string(b) {
				t.Errorf("%s: another %s", c.Result.Cell.Method, name)
			}
		}
	}
}

// stopAllAt goes on with every cell until it has done some steps; 0 for all.
func stopAllAt(t *testing.T, p *Plan, dir string, o Options, step int) {
	t.Helper()
	for i := range p.Jobs {
		ctx, stop := context.WithCancel(t.Context())
		o.Tell = func(e cell.Event) {
			if e.Kind == cell.Stepped && e.Step == step {
				stop()
			}
		}
		if s, err := Run(ctx, p, p.Jobs[i:i+1], dir, o); err != nil || len(s.Failed) > 0 {
			t.Fatalf("%s: %+v, %v", p.Jobs[i].Dir, s, err)
		}
		stop()
	}
}

// What a run cannot write to is no failure of its cells: they have no result, and the next run goes
// on with them.
func TestCellsGoOnAfterAFullDisk(t *testing.T) {
	base := t.TempDir()
	whole, dir := filepath.Join(base, "whole"), filepath.Join(base, "run")
	execute(t.Context(), t, whole, options(standin.Engine(nil)))
	full := options(standin.Engine(func(f *fixture.Fake) {
		f.AtStep = func(step int) error {
			if f.Cfg.Composition.Learner == "gmm" && step == 9 {
				return fmt.Errorf("writing: %w", &os.PathError{Op: "write", Path: "steps.jsonl", Err: os.ErrPermission})
			}
			return nil
		}
	}))
	full.CheckpointEvery = 0
	s := execute(t.Context(), t, dir, full)
	if s.Done != 7 || len(s.Failed) != 2 || !strings.Contains(s.Failed[0], "the next run goes on from its checkpoint") {
		t.Fatalf("%+v", s)
	}
	for _, c := range cellsOf(t, dir) {
		if c.State == store.Broken {
			t.Errorf("%s counts as failed", c.Dir.Path())
		}
	}
	if s := execute(t.Context(), t, dir, options(standin.Engine(nil))); s.Done != 9 {
		t.Errorf("%+v", s)
	}
	if diff := cmp.Diff(results(t, whole), results(t, dir)); diff != "" {
		t.Error(diff)
	}
}

// A data set that vanishes after planning hinders the cells that need it, and no others.
func TestCellsGoOnAfterTheirDataVanished(t *testing.T) {
	text := "encoder = { depth = 2 }\n" + strings.Replace(fixture.Small, "seeds = 2", "seeds = 1\nreferences = false", 1) + "\n[matrix]\n\"data.limit\" = [24, 40]\n"
	whole, gone := datasets.NewLibrary(fixture.Open), datasets.NewLibrary(func(o datasets.Options) (*datasets.Set, error) {
		if o.Limit == 24 {
			return nil, errors.New("shapes: the folder is gone")
		}
		return fixture.Open(o)
	})
	p, err := NewPlan("x.toml", text, Catalogue(), whole)
	if err != nil {
		t.Fatal(err)
	}
	dir, o := filepath.Join(t.TempDir(), "run"), options(standin.Engine(nil))
	o.Data = gone
	s, err := Run(t.Context(), p, p.Jobs, dir, o)
	if err != nil || s.Done != 2 || len(s.Failed) != 2 || !strings.Contains(s.Failed[0], "the folder is gone; the next run starts it again") {
		t.Fatalf("%+v, %v", s, err)
	}
	o.Data = whole
	if s, err := Run(t.Context(), p, p.Jobs, dir, o); err != nil || s.Done != 4 {
		t.Errorf("%+v, %v", s, err)
	}
}

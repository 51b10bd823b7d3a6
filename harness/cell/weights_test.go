package cell

import (
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"protobench/datasets"
	"protobench/harness/internal/fixture"
	"protobench/harness/store"
	"protobench/internal/tensorfile"
	"protobench/methods/part"
)

// ended is a job that has been run, in its folder.
type ended struct {
	job    *Job
	dir    *store.CellDir
	result store.Result
}

// ran runs a sweep's cells on the real engine.
func ran(t *testing.T, text string) []ended {
	t.Helper()
	d, err := store.Create(filepath.Join(t.TempDir(), "run"))
	if err != nil {
		t.Fatal(err)
	}
	s, data := fixture.Sweep(t, text), datasets.NewLibrary(fixture.Open)
	var out []ended
	for _, planned := range s.Cells {
		j := NewJob(planned)
		c := d.Cell(j.Record("x"))
		r, err := New(&j, c, Setup{Engine: Real(), Data: data, Tell: func(Event) {}, Every: time.Hour, Spare: new(atomic.Int64), KeepWeights: s.KeepsWeights})
		if err != nil {
			t.Fatal(err)
		}
		result, hindered := r.Do(t.Context())
		if hindered || result.Outcome.Status == store.Failed {
			t.Fatalf("%+v", result.Outcome)
		}
		if _, err := c.Publish(result); err != nil {
			t.Fatal(err)
		}
		out = append(out, ended{&j, c, result})
	}
	return out
}

// branches are the features and embeddings of student and teacher that a trainer has of a few
// images; of a row's network its features alone.
func branches(t *testing.T, s stateful, images []float32) [][]float32 {
	t.Helper()
	if row, ok := s.(Supervised); ok {
		x, err := row.Features(images)
		if err != nil {
			t.Fatal(err)
		}
		return [][]float32{x}
	}
	var out [][]float32
	for _, b := range []part.Branch{part.Student, part.Teacher} {
		x, z, err := s.(Trainer).Features(b, images)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, x, z)
	}
	return out
}

// fresh is what a job is trained with, before its first step, and a few of its images.
func fresh(t *testing.T, j *Job) (s stateful, images []float32) {
	t.Helper()
	b, err := newBatches(fixture.Noise(), &j.Cell)
	if err != nil {
		t.Fatal(err)
	}
	engine, cfg := Real(), configOf(j, b, nil)
	switch j.Cell.Reference {
	case "untrained":
		s, err = engine.Untrained(cfg)
	case "supervised":
		s, err = engine.Supervised(cfg, 2)
	default:
		s, err = engine.Trainer(cfg)
	}
	if err != nil {
		t.Fatal(err)
	}
	images = make([]float32, 12*48)
	b.augment.Plain(images, b.images, upTo(0, 12))
	return s, images
}

// A finished cell's encoder, put into a fresh trainer, has the features that were measured: those
// of a checkpoint of the last step.
func TestFinishedCellsKeepTheirEncoder(t *testing.T) {
	cells := ran(t, fixture.Kept)
	for _, c := range cells {
		method := c.result.Cell.Method
		f, err := c.dir.Weights()
		if err != nil {
			t.Fatal(err)
		}
		if method == "pixels" {
			if f != nil {
				t.Error("pixels have weights")
			}
			continue
		}
		if f == nil {
			t.Errorf("%s keeps no weights", method)
			continue
		}
		j := c.job
		again, images := fresh(t, j)
		before := branches(t, again, images)
		if err := loadEncoder(again, f); err != nil {
			t.Fatalf("%s: %v", method, err)
		}
		got := branches(t, again, images)
		if cmp.Equal(before, got) {
			t.Errorf("%s: loading changes nothing", method)
		}
		if diff := cmp.Diff(trained(t, j, images), got); diff != "" {
			t.Errorf("%s: features differ from those at the end: %s", method, diff)
		}
	}
}

// trained trains a job's cell once more and returns its features at the end.
func trained(t *testing.T, j *Job, images []float32) [][]float32 {
	t.Helper()
	b, err := newBatches(fixture.Noise(), &j.Cell)
	if err != nil {
		t.Fatal(err)
	}
	if j.Cell.Reference == "untrained" {
		r := &Run{job: j, batches: b, with: Setup{Engine: Real()}}
		s, err := r.beforeTraining()
		if err != nil {
			t.Fatal(err)
		}
		return branches(t, s, images)
	}
	s, err := newTrainee(j, b, 2, Real(), configOf(j, b, nil))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.prepare(); err != nil {
		t.Fatal(err)
	}
	for step := range j.Cell.Steps() {
		if _, err := s.step(step); err != nil {
			t.Fatal(err)
		}
	}
	if arm, ok := s.(armTrainee); ok {
		return branches(t, arm.Trainer, images)
	}
	return branches(t, s.(rowTrainee).Supervised, images)
}

func TestWeightsHoldBothBranchesAndNoMore(t *testing.T) {
	cells := ran(t, strings.Replace(fixture.Kept, `"pixels", "untrained", "supervised"`, `"supervised"`, 1))
	has := func(f *tensorfile.File, prefix, suffix string) bool {
		return slices.ContainsFunc(f.Tensors, func(t tensorfile.Tensor) bool {
			return strings.HasPrefix(t.Name, prefix) && strings.HasSuffix(t.Name, suffix)
		})
	}
	for _, c := range cells {
		method := c.result.Cell.Method
		f, err := c.dir.Weights()
		if err != nil || f == nil {
			t.Fatal(method, err)
		}
		for _, want := range []string{"student.", "teacher."} {
			there := method != "supervised" || want == "student."
			if has(f, want, ".weight") != there || has(f, want, ".running_var") != there {
				t.Errorf("%s: %sweights and statistics are kept: %v, want %v", method, want, !there, there)
			}
		}
		if has(f, "embedding.mean", "") != (method != "supervised") {
			t.Errorf("%s: the mean of embeddings is kept or not", method)
		}
		for _, other := range []string{"optimizer.", "arm.", "step", "classifier."} {
			if has(f, other, "") {
				t.Errorf("%s: %s is kept", method, other)
			}
		}
	}
}

func TestWeightsAreSwitchedOff(t *testing.T) {
	cells := ran(t, fixture.Kept+"[store]\nweights = false\n")
	for _, c := range cells {
		if f, err := c.dir.Weights(); f != nil || err != nil {
			t.Errorf("%s keeps weights (%v)", c.result.Cell.Method, err)
		}
	}
}

func TestForeignWeightsAreRefused(t *testing.T) {
	cells := ran(t, strings.Replace(fixture.Kept, `"pixels", "untrained", "supervised"`, `"untrained"`, 1))
	f, err := cells[1].dir.Weights()
	if err != nil {
		t.Fatal(err)
	}
	s, images := fresh(t, cells[1].job)
	before := branches(t, s, images)
	cut := &tensorfile.File{Tensors: f.Tensors[1:]}
	if err := loadEncoder(s, cut); err == nil || !cmp.Equal(before, branches(t, s, images)) {
		t.Errorf("a tensor is missing: %v", err)
	}
	if err := cells[0].dir.WriteWeights(f.Tensors); err != nil {
		t.Fatal(err)
	}
	other := cells[0].dir.Plan()
	other.Cell.Hash = "00ff"
	if _, err := store.CellAt(cells[0].dir.Path(), other).Weights(); err == nil || !strings.Contains(err.Error(), "final.safetensors: belongs to cell") {
		t.Error(err)
	}
}

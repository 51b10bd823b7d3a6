package harness

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/harness/store"
	"protobench/internal/tensorfile"
	"protobench/methods/part"
)

const keptSweep = `
name = "x"
references = ["pixels", "untrained", "supervised"]
[train]
batch = 8
epochs = 1
[prototypes]
count = 4
[[method]]
name = "swav+gmm"
[[method]]
name = "dino"
`

// ran runs a sweep on the real engine and returns its plan and its cells.
func ran(t *testing.T, text string) (*Plan, []store.CellState) {
	t.Helper()
	p, dir := planOf(t, text), filepath.Join(t.TempDir(), "run")
	if s, err := Run(t.Context(), p, p.Jobs, dir, options(Real())); err != nil || len(s.Failed) > 0 {
		t.Fatalf("%+v %v", s, err)
	}
	return p, cellsOf(t, dir)
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
	b, err := newBatches(testSet(), &j.Cell)
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
	p, cells := ran(t, keptSweep)
	for i, c := range cells {
		method := c.Result.Cell.Method
		f, err := c.Dir.Weights()
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
		j := &p.Jobs[i]
		again, images := fresh(t, j)
		before := branches(t, again, images)
		if err := LoadEncoder(again, f); err != nil {
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
	b, err := newBatches(testSet(), &j.Cell)
	if err != nil {
		t.Fatal(err)
	}
	if j.Cell.Reference == "untrained" {
		r := &cellRun{job: j, batches: b, engine: Real()}
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
	_, cells := ran(t, strings.Replace(keptSweep, `"pixels", "untrained", "supervised"`, `"supervised"`, 1))
	has := func(f *tensorfile.File, prefix, suffix string) bool {
		return slices.ContainsFunc(f.Tensors, func(t tensorfile.Tensor) bool {
			return strings.HasPrefix(t.Name, prefix) && strings.HasSuffix(t.Name, suffix)
		})
	}
	for _, c := range cells {
		method := c.Result.Cell.Method
		f, err := c.Dir.Weights()
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
	_, cells := ran(t, keptSweep+"[store]\nweights = false\n")
	for _, c := range cells {
		if f, err := c.Dir.Weights(); f != nil || err != nil {
			t.Errorf("%s keeps weights (%v)", c.Result.Cell.Method, err)
		}
	}
}

func TestForeignWeightsAreRefused(t *testing.T) {
	p, cells := ran(t, strings.Replace(keptSweep, `"pixels", "untrained", "supervised"`, `"untrained"`, 1))
	f, err := cells[1].Dir.Weights()
	if err != nil {
		t.Fatal(err)
	}
	s, images := fresh(t, &p.Jobs[1])
	before := branches(t, s, images)
	cut := &tensorfile.File{Tensors: f.Tensors[1:]}
	if err := LoadEncoder(s, cut); err == nil || !cmp.Equal(before, branches(t, s, images)) {
		t.Errorf("a tensor is missing: %v", err)
	}
	if err := cells[0].Dir.WriteWeights(f.Tensors); err != nil {
		t.Fatal(err)
	}
	other := cells[0].Dir.Plan()
	other.Cell.Hash = "00ff"
	d, err := store.Open(filepath.Dir(filepath.Dir(cells[0].Dir.Path())))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Cell(other).Weights(); err == nil || !strings.Contains(err.Error(), "final.safetensors: belongs to cell") {
		t.Error(err)
	}
}

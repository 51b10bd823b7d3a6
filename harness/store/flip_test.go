package store

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"protobench/internal/tensorfile"
)

// aRun is a directory with one ended cell and one that has two checkpoints.
func aRun(t *testing.T) (*Dir, []*CellDir) {
	t.Helper()
	d, cells := newDir(t, "a", "b")
	tensors := []tensorfile.Tensor{{Name: "w", Shape: []int{3}, F32: []float32{1, 2, float32(math.NaN())}}, {Name: "m", Shape: []int{1}, F64: []float64{3}}}
	for _, c := range cells {
		must(t, c.Prepare())
		steps, err := c.OpenSteps()
		must(t, err)
		epochs, err := c.OpenEpochs()
		must(t, err)
		for i := range 2 {
			must(t, steps.Append(Step{Step: i + 1, Loss: 0.3}))
			must(t, epochs.Append(Epoch{Step: i + 1, Metrics: Metrics{"used": 7}}))
			s, err := steps.Mark()
			must(t, err)
			e, err := epochs.Mark()
			must(t, err)
			must(t, c.WriteCheckpoint(Checkpoint{Step: i + 1, Steps: s, Epochs: e, State: tensors}))
		}
		must(t, errors.Join(steps.Close(), epochs.Close()))
	}
	must(t, cells[0].WritePrototypes(&tensorfile.File{Tensors: tensors[:1]}))
	must(t, cells[0].WriteWeights(tensors[:1]))
	must(t, cells[0].RemoveCheckpoint())
	_, err := cells[0].Publish(Result{Cell: cells[0].Plan().Cell, Outcome: Outcome{Status: OK}, Metrics: Metrics{"used": 7, "loss": 0.25}})
	must(t, err)
	return d, cells
}

// No flipped bit, cut or exchange of a file that is read back goes unnoticed, nor does any reader
// take its content: the checkup has it, and set aside, everything else is sound.
func TestNoDamageIsAccepted(t *testing.T) {
	d, cells := aRun(t)
	ended := []string{"result.json", "config.toml", "steps.jsonl", "epochs.jsonl", "prototypes.safetensors", "final.safetensors"}
	paths := []string{d.planPath(1), cells[1].CheckpointPath(), cells[1].previousCheckpointPath()}
	for _, name := range ended {
		paths = append(paths, cells[0].file(name))
	}
	if c, err := d.Check(); err != nil || len(c.Findings) > 0 || c.Cells != 2 || c.Unsealed != 0 {
		t.Fatalf("%+v, %v", c, err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		path := rapid.SampledFrom(paths).Draw(rt, "file")
		was, err := os.ReadFile(path)
		must(t, err)
		defer func() { must(t, os.WriteFile(path, was, 0o644)) }()
		now := slices.Clone(was)
		if rapid.IntRange(0, 9).Draw(rt, "way") == 0 {
			now = now[:rapid.IntRange(0, len(was)-1).Draw(rt, "length")]
		} else {
			bit := rapid.IntRange(0, 8*len(was)-1).Draw(rt, "bit")
			now[bit/8] ^= 1 << (bit % 8)
		}
		must(t, os.WriteFile(path, now, 0o644))
		c, err := d.Check()
		if err != nil || len(c.Findings) != 1 || !c.Findings[0].Bad || c.Findings[0].Path != path {
			rt.Fatalf("%q: found %+v, %v", now, c.Findings, err)
		}
		if err := accepted(d, path); err == nil {
			rt.Fatalf("%q was read", now)
		}
	})
}

// accepted reads a file as runs and reports do.
func accepted(d *Dir, path string) error {
	cells := func() (a, b *CellDir) {
		p := planOf("a", "b")
		return d.Cell(p.Cells[0]), d.Cell(p.Cells[1])
	}
	a, b := cells()
	var err error
	switch filepath.Base(path) {
	case "plan.json":
		_, err = d.Plan()
	case "result.json":
		_, _, err = a.Result()
	case "config.toml":
		_, err = a.read("config.toml")
	case "steps.jsonl":
		_, err = a.Steps()
	case "epochs.jsonl":
		_, err = a.Epochs()
	case "prototypes.safetensors":
		_, err = a.Prototypes()
	case "final.safetensors":
		_, err = a.Weights()
	default:
		_, err = b.readCheckpoint(path)
	}
	return err
}

// The newest checkpoint that is sound is gone on from.
func TestTheNewestSoundCheckpointWins(t *testing.T) {
	_, cells := aRun(t)
	c := cells[1]
	step := func() int {
		t.Helper()
		cp, err := c.Checkpoint()
		var bad *Damaged
		for errors.As(err, &bad) {
			_, err = bad.SetAside()
			must(t, err)
			cp, err = c.Checkpoint()
		}
		must(t, err)
		if cp == nil {
			return 0
		}
		if cp.Step == 2 && (cp.PreviousStep != 1 || cp.PreviousSum == "") {
			t.Errorf("lineage: %d, %q", cp.PreviousStep, cp.PreviousSum)
		}
		return cp.Step
	}
	newest, previous := c.CheckpointPath(), c.previousCheckpointPath()
	if got := step(); got != 2 {
		t.Errorf("step %d, want 2", got)
	}
	must(t, os.Rename(newest, newest+"x")) // exchanged, whoever does that
	must(t, os.Rename(previous, newest))
	must(t, os.Rename(newest+"x", previous))
	if got := step(); got != 2 {
		t.Errorf("exchanged: step %d, want 2", got)
	}
	must(t, os.WriteFile(previous, []byte("torn"), 0o644))
	if got := step(); got != 1 {
		t.Errorf("behind a torn one: step %d, want 1", got)
	}
	must(t, os.WriteFile(newest, []byte("torn"), 0o644))
	if got := step(); got != 0 {
		t.Errorf("behind two torn ones: step %d, want a start", got)
	}
}

// A repair sets aside what is damaged, removes what nobody needs, leaves what it does not know, and
// leaves a directory in which nothing is wrong.
func TestRepair(t *testing.T) {
	d, cells := aRun(t)
	must(t, os.WriteFile(cells[0].file("prototypes.safetensors"), nil, 0o644))
	must(t, os.WriteFile(cells[0].file(".result.json.tmp-1"), nil, 0o644))
	must(t, os.WriteFile(cells[0].file("mine.txt"), nil, 0o644))
	must(t, os.WriteFile(cells[1].CheckpointPath(), []byte("torn"), 0o644))
	elsewhere(t, cells[1].claimPath(), 2*StaleAfter)
	found, err := d.Check()
	must(t, err)
	did, err := found.Repair()
	must(t, err)
	if len(did) != 4 {
		t.Errorf("%q", did)
	}
	found, err = d.Check()
	must(t, err)
	for _, f := range found.Findings {
		if f.Bad || f.repair != nil {
			t.Errorf("left: %+v", f)
		}
	}
	states, err := d.Cells()
	must(t, err)
	if states[0].State != Partial || states[1].State != Partial {
		t.Errorf("%v, %v", states[0].State, states[1].State)
	}
	if _, err := os.Stat(cells[0].file("mine.txt")); err != nil {
		t.Error(err)
	}
}

// A letter of a checkpoint's header in the other case is one bit away, and reads the same to Go's
// JSON.
func TestNoCaseOfAHeaderIsAccepted(t *testing.T) {
	_, cells := aRun(t)
	path := cells[1].CheckpointPath()
	was, err := os.ReadFile(path)
	must(t, err)
	at := bytes.Index(was, []byte("}}"))
	for i := range at {
		if letter := was[i] | 0x20; letter < 'a' || letter > 'z' {
			continue
		}
		now := slices.Clone(was)
		now[i] ^= 0x20
		must(t, os.WriteFile(path, now, 0o644))
		if _, err := cells[1].readCheckpoint(path); err == nil {
			t.Errorf("%q was read", now[max(0, i-12):i+12])
		}
	}
}

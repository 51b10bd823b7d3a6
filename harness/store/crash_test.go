package store

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"protobench/internal/tensorfile"
)

// The environment variable that turns the test binary into a writer to be killed.
const crashDir = "PROTOBENCH_TEST_CRASH_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDir); dir != "" {
		if err := writeForever(dir); err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// writeForever trains a fake cell: one line a step, a checkpoint every third.
func writeForever(path string) error {
	d, err := Create(path)
	if err != nil {
		return err
	}
	if _, err := d.Lock(); err != nil {
		return err
	}
	c := d.Cell(planOf("a").Cells[0])
	if err := c.Prepare(); err != nil {
		return err
	}
	cp, err := c.Checkpoint()
	if err != nil {
		return err
	}
	if cp == nil {
		cp = &Checkpoint{}
	}
	log, err := c.OpenSteps()
	if err != nil {
		return err
	}
	if err := log.TruncateTo(cp.Steps); err != nil {
		return err
	}
	for step := cp.Step; ; step++ {
		fmt.Println(step)
		if err := log.Append(Step{Step: step, Loss: 1}); err != nil {
			return err
		}
		if step%3 == 0 {
			if err := save(c, log, step+1); err != nil {
				return err
			}
		}
	}
}

func save(c *CellDir, log *Log[Step], done int) error {
	at, err := log.Mark()
	if err != nil {
		return err
	}
	state := make([]float32, 50_000)
	for i := range state {
		state[i] = float32(done)
	}
	return c.WriteCheckpoint(Checkpoint{Step: done, Steps: at,
		State: []tensorfile.Tensor{{Name: "w", Shape: []int{len(state)}, F32: state}}})
}

// A run killed again and again, wherever it happens to be, goes on from a whole
// checkpoint and ends up with every step exactly once.
func TestKilledRuns(t *testing.T) {
	d, cells := newDir(t, "a")
	for kill := 1; kill <= 8; kill++ {
		startAndKill(t, d.Path(), 2+5*kill%7)
		cp, err := cells[0].Checkpoint()
		must(t, err)
		if cp == nil {
			continue
		}
		checkWhole(t, cp)
		log, err := cells[0].OpenSteps()
		must(t, err)
		must(t, log.TruncateTo(cp.Steps))
		must(t, log.Close())
		steps, err := cells[0].Steps()
		must(t, err)
		if len(steps) != cp.Step {
			t.Fatalf("%d lines at a checkpoint of %d steps", len(steps), cp.Step)
		}
		for i, s := range steps {
			if s.Step != i {
				t.Fatalf("line %d is step %d", i, s.Step)
			}
		}
	}
	if cp, err := cells[0].Checkpoint(); err != nil || cp == nil {
		t.Errorf("no checkpoint after all runs: %v", err)
	}
}

func checkWhole(t *testing.T, cp *Checkpoint) {
	t.Helper()
	for _, v := range cp.State[0].F32 {
		if v != float32(cp.Step) {
			t.Fatalf("a checkpoint of step %d holds %g", cp.Step, v)
		}
	}
}

// startAndKill runs the writer until it has printed so many steps, then kills it.
func startAndKill(t *testing.T, dir string, lines int) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), crashDir+"="+dir)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	scan := bufio.NewScanner(out)
	for i := 0; i < lines && scan.Scan(); i++ {
		if strings.HasPrefix(scan.Text(), "error") {
			t.Error(scan.Text())
		}
	}
	must(t, cmd.Process.Kill())
	_ = cmd.Wait()
}

func TestCheckpointRoundTrip(t *testing.T) {
	_, cells := newDir(t, "a", "b")
	must(t, cells[0].Prepare())
	if cp, err := cells[0].Checkpoint(); cp != nil || err != nil {
		t.Errorf("without a file: %v, %v", cp, err)
	}
	want := Checkpoint{Step: 5, Steps: Mark{6, "s"}, Epochs: Mark{7, "e"}, ResumedAt: []int{1, 3}, Extra: map[string]string{"train_s": "1.5"},
		State: []tensorfile.Tensor{{Name: "b", Shape: []int{1}, F64: []float64{2}}, {Name: "a", Shape: []int{1}, F32: []float32{3}}}}
	must(t, cells[0].WriteCheckpoint(want))
	got, err := cells[0].Checkpoint()
	must(t, err)
	if d := cmp.Diff(&want, got, cmpopts.IgnoreUnexported(Checkpoint{})); d != "" {
		t.Error(d)
	}
	must(t, os.Rename(cells[0].file("checkpoint.safetensors"), cells[0].file("x")))
	must(t, cells[1].Prepare())
	must(t, os.Rename(cells[0].file("x"), cells[1].file("checkpoint.safetensors")))
	var bad *Damaged
	if _, err := cells[1].Checkpoint(); !errors.As(err, &bad) || !strings.Contains(err.Error(), "belongs to cell hasha") {
		t.Fatalf("another cell's checkpoint: %v", err)
	}
	aside, err := bad.SetAside()
	must(t, err)
	if _, err := os.Stat(aside); err != nil {
		t.Error(err)
	}
	if cp, err := cells[1].Checkpoint(); cp != nil || err != nil {
		t.Errorf("set aside, but there is %v, %v", cp, err)
	}
}

// Content that is wrong stays wrong; what the disk refuses may pass.
func TestCheckpointsThatAreAtFault(t *testing.T) {
	_, cells := newDir(t, "a")
	must(t, cells[0].Prepare())
	path := cells[0].CheckpointPath()
	must(t, os.WriteFile(path, []byte("torn"), 0o644))
	var bad *Damaged
	if _, err := cells[0].Checkpoint(); !errors.As(err, &bad) || bad.Path != path || !strings.Contains(err.Error(), path) {
		t.Errorf("torn: %v", err)
	}
	must(t, os.Remove(path))
	must(t, os.Mkdir(path, 0o755)) // can be opened, not read
	if _, err := cells[0].Checkpoint(); err == nil || errors.As(err, &bad) {
		t.Errorf("unreadable: %v", err)
	}
	log, err := cells[0].OpenSteps()
	must(t, err)
	defer func() { must(t, log.Close()) }()
	var other *Mismatch
	if err := log.TruncateTo(Mark{Bytes: 1}); !errors.As(err, &other) || !strings.Contains(err.Error(), "steps.jsonl") {
		t.Errorf("a log shorter than its checkpoint: %v", err)
	}
}

func TestCheckpointBadMetadata(t *testing.T) {
	_, cells := newDir(t, "a")
	must(t, cells[0].Prepare())
	for _, meta := range []map[string]string{{"step": "x"}, {"resumed": "99999999999"}, {"steps_offset": "-1"}} {
		full := map[string]string{"cell": "hasha", "step": "1", "steps_offset": "0", "epochs_offset": "0", "resumed": "0"}
		for k, v := range meta {
			full[k] = v
		}
		must(t, tensorfile.WriteSafetensors(cells[0].file("checkpoint.safetensors"), &tensorfile.File{Metadata: full}))
		if _, err := cells[0].Checkpoint(); err == nil || !strings.Contains(err.Error(), "is not a count") {
			t.Errorf("%v: got %v", meta, err)
		}
	}
}

// What a killed Replace leaves behind goes away when the cell is prepared again.
func TestPrepareCleans(t *testing.T) {
	_, cells := newDir(t, "a")
	must(t, cells[0].Prepare())
	must(t, os.WriteFile(cells[0].file(".result.json.tmp-17"), []byte("{"), 0o644))
	must(t, os.WriteFile(cells[0].file("notes.txt"), nil, 0o644))
	must(t, cells[0].Prepare())
	entries, err := os.ReadDir(cells[0].Path())
	must(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if d := cmp.Diff([]string{"config.toml", "notes.txt"}, names); d != "" {
		t.Error(d)
	}
}

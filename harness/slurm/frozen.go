package slurm

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"protobench/harness/store"
)

// Frozen is what the tasks of a submission go by, whatever is edited while they wait. Its file,
// DIR/slurm/NAME.json, is named by its own digest, and so are the tasks.
type Frozen struct {
	Schema  int      `json:"schema"`
	Run     string   `json:"run"` // absolute path of the run directory
	Cluster string   `json:"cluster,omitempty"`
	Plan    Digest   `json:"plan"`    // file in the run directory
	Program Digest   `json:"program"` // file in DIR/slurm
	Cells   []string `json:"cells"`   // folders; task i of an array at offset o has cell o+i
}

// Digest is a file and its SHA-256 in hex.
type Digest struct {
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
}

const (
	schema = 1
	prefix = "pb-" // of names of jobs
	digits = 12    // of a digest in names
)

// Folder is where submissions to a run directory are kept.
func Folder(run string) string { return filepath.Join(run, "slurm") }

// Logs is where the tasks of a run directory write.
func Logs(run string) string { return filepath.Join(run, "logs") }

// Name is the name of the submission's tasks.
func (f *Frozen) Name() string {
	sum := sha256.Sum256(f.text())
	return prefix + hex.EncodeToString(sum[:])[:digits]
}

func (f *Frozen) text() []byte {
	b, err := json.MarshalIndent(f, "", " ")
	if err != nil {
		panic("slurm: " + err.Error()) // strings and numbers alone
	}
	return append(b, '\n')
}

// Freeze keeps a copy of the program and what is to be done with it: the cells, in order, of the
// plan that holds in a run directory. Freezing the same twice changes nothing.
func Freeze(d *store.Dir, program, cluster string, cells []string) (*Frozen, error) {
	run, err := filepath.Abs(d.Path())
	if err != nil {
		return nil, err
	}
	for _, folder := range []string{Folder(run), Logs(run)} { // without its folder for logs a task fails without a word
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return nil, err
		}
	}
	f := &Frozen{Schema: schema, Run: run, Cluster: cluster, Cells: cells}
	if f.Plan, err = holding(d); err != nil {
		return nil, err
	}
	if f.Program, err = keep(program, Folder(run)); err != nil {
		return nil, err
	}
	return f, store.WriteFile(filepath.Join(Folder(run), f.Name()+".json"), f.text())
}

// holding is the plan that holds in a run directory.
func holding(d *store.Dir) (Digest, error) {
	name, err := d.PlanFile()
	if err != nil {
		return Digest{}, err
	}
	sum, err := store.FileDigest(filepath.Join(d.Path(), name))
	return Digest{name, sum}, err
}

// keep copies the program to where every node finds it and no build replaces it.
func keep(program, folder string) (Digest, error) {
	sum, err := store.FileDigest(program)
	if err != nil {
		return Digest{}, err
	}
	d := Digest{sum[:digits] + "/protobench", sum}
	path := filepath.Join(folder, filepath.FromSlash(d.File))
	if there, err := store.FileDigest(path); err == nil && there == sum {
		return d, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return d, err
	}
	content, err := os.ReadFile(program)
	if err != nil {
		return d, err
	}
	if err := store.WriteFile(path, content); err != nil {
		return d, err
	}
	return d, os.Chmod(path, 0o755) // runnable for whom the folder is open to
}

// Read returns a submission by its name.
func Read(run, name string) (*Frozen, error) {
	path := filepath.Join(Folder(run), name+".json")
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: no submission %s; `protobench run` with --executor slurm makes them", run, name)
	}
	if err != nil {
		return nil, err
	}
	f := &Frozen{}
	if err := json.Unmarshal(b, f); err != nil {
		return nil, fmt.Errorf("%s: not the JSON that protobench writes (%w); submit again", path, err)
	}
	if f.Schema != schema {
		return nil, fmt.Errorf("%s: schema %d, expected %d; use the protobench version that submitted", path, f.Schema, schema)
	}
	if f.Name() != name {
		return nil, fmt.Errorf("%s: its content was changed, its digest is %s now; submit again", path, f.Name())
	}
	return f, nil
}

// All are the submissions to a run directory; none is no error.
func All(run string) ([]*Frozen, error) {
	entries, err := os.ReadDir(Folder(run))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []*Frozen
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ".json")
		if !ok || !strings.HasPrefix(name, prefix) {
			continue
		}
		f, err := Read(run, name)
		if err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	return all, nil
}

// Check refuses a program or a plan other than those that were frozen.
func (f *Frozen) Check(run, program string) error {
	if sum, err := store.FileDigest(program); err != nil || sum != f.Program.SHA256 {
		return errors.Join(err, fmt.Errorf("%s: not the program that submitted (SHA-256 %.12s, expected %.12s); `protobench cancel %s`, then submit again",
			program, sum, f.Program.SHA256, run))
	}
	plan := filepath.Join(run, f.Plan.File)
	if sum, err := store.FileDigest(plan); err != nil || sum != f.Plan.SHA256 {
		return errors.Join(err, fmt.Errorf("%s: not the plan that was submitted (SHA-256 %.12s, expected %.12s); submit again", plan, sum, f.Plan.SHA256))
	}
	return nil
}

// Cell is the folder of the cell of an index.
func (f *Frozen) Cell(index int) (string, error) {
	if index < 0 || index >= len(f.Cells) {
		return "", fmt.Errorf("%s: no cell %d; there are %d, from 0 on", f.Name(), index, len(f.Cells))
	}
	return f.Cells[index], nil
}

// ReadPlan reads the plan that was frozen.
func (f *Frozen) ReadPlan(run string) (store.Plan, error) {
	d, err := store.Open(run)
	if err != nil {
		return store.Plan{}, err
	}
	return d.PlanIn(f.Plan.File)
}

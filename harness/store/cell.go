package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"protobench/internal/tensorfile"
)

// CellDir is one cell's folder.
type CellDir struct {
	path string
	plan PlanCell
}

// CellAt takes the folder of a cell, wherever it lies, with what is planned for it.
func CellAt(path string, plan PlanCell) *CellDir { return &CellDir{path: path, plan: plan} }

// OpenCell takes the folder of a cell of a run, DIR/cells/NAME, for reading.
func OpenCell(path string) (*CellDir, error) {
	path = filepath.Clean(path)
	dir := filepath.Dir(filepath.Dir(path))
	d, err := Open(dir)
	if err != nil || filepath.Base(filepath.Dir(path)) != "cells" {
		return nil, fmt.Errorf("%s: not a cell's folder; give one such as results/NAME/cells/CELL, out of a folder that `protobench run` wrote", path)
	}
	p, err := d.Plan()
	if err != nil {
		return nil, err
	}
	for _, c := range p.Cells {
		if c.Dir == filepath.Base(path) {
			return d.Cell(c), nil
		}
	}
	return nil, fmt.Errorf("%s: the plan of %s has no cell of that name", path, dir)
}

// Path returns the folder's path.
func (c *CellDir) Path() string { return c.path }

// Plan returns what is planned for the cell.
func (c *CellDir) Plan() PlanCell { return c.plan }

func (c *CellDir) file(name string) string { return filepath.Join(c.path, name) }

// Prepare makes the folder, writes config.toml, and removes temporary files that a
// killed process left. Only the cell's own run may call it.
func (c *CellDir) Prepare() error {
	if err := os.MkdirAll(c.path, 0o755); err != nil {
		return err
	}
	entries, err := os.ReadDir(c.path)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if tensorfile.IsTemporary(e.Name()) {
			if err := os.Remove(c.file(e.Name())); err != nil {
				return err
			}
		}
	}
	return WriteFile(c.file("config.toml"), []byte(c.plan.Config))
}

// WriteResult writes result.json, which ends the cell. Write it last.
func (c *CellDir) WriteResult(r Result) error {
	r.Schema = SchemaVersion
	return writeJSON(c.file("result.json"), r)
}

// Result reads result.json; found is false when the cell has not ended.
func (c *CellDir) Result() (r Result, found bool, err error) {
	path := c.file("result.json")
	found, err = readJSON(path, &r)
	if !found || err != nil {
		return Result{}, false, err
	}
	if r.Cell.Hash != c.plan.Cell.Hash {
		return Result{}, false, fmt.Errorf("%s: hash %.8s, but the plan's cell has %.8s; move the folder away to run the cell again",
			path, r.Cell.Hash, c.plan.Cell.Hash)
	}
	if err := checkSchema(path, r.Schema); err != nil {
		return Result{}, false, err
	}
	return r, true, nil
}

// RemoveResult makes an ended cell unfinished again, for a retry, which goes on from the checkpoint
// where there is one.
func (c *CellDir) RemoveResult() error { return remove(c.file("result.json")) }

// SetResultAside renames a result that cannot be read, so that the cell is unfinished again and
// nothing is lost. It returns the new path.
func (c *CellDir) SetResultAside() (string, error) {
	return c.setAside("result.json", "result.unreadable.json")
}

func (c *CellDir) setAside(name, aside string) (string, error) {
	return c.file(aside), os.Rename(c.file(name), c.file(aside))
}

// WritePrototypes writes prototypes.safetensors. Reports read, each where it exists:
// "prototypes.student", "prototypes.teacher", "prototypes.initial" [K,D],
// "usage.counts" [K] (training images per prototype), "usage.owner" [K]
// (representative's index at ε = 0.025), and the same under "observer.<name>.".
func (c *CellDir) WritePrototypes(f *tensorfile.File) error {
	return tensorfile.WriteSafetensors(c.file("prototypes.safetensors"), f)
}

// Prototypes reads prototypes.safetensors; nil when there is none.
func (c *CellDir) Prototypes() (*tensorfile.File, error) {
	f, err := tensorfile.ReadSafetensors(c.file("prototypes.safetensors"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return f, err
}

// PrototypeBytes reads prototypes.safetensors as it is; nil when there is none.
func (c *CellDir) PrototypeBytes() ([]byte, error) {
	b, err := os.ReadFile(c.file("prototypes.safetensors"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return b, err
}

// OpenSteps opens steps.jsonl for appending.
func (c *CellDir) OpenSteps() (*Log[Step], error) { return openLog[Step](c.file("steps.jsonl")) }

// OpenEpochs opens epochs.jsonl for appending.
func (c *CellDir) OpenEpochs() (*Log[Epoch], error) { return openLog[Epoch](c.file("epochs.jsonl")) }

// Steps reads steps.jsonl; nil when there is none.
func (c *CellDir) Steps() ([]Step, error) { return readLines[Step](c.file("steps.jsonl")) }

// Epochs reads epochs.jsonl; nil when there is none.
func (c *CellDir) Epochs() ([]Epoch, error) { return readLines[Epoch](c.file("epochs.jsonl")) }

// Log appends a line to log.txt.
func (c *CellDir) Log(line string) error {
	f, err := os.OpenFile(c.file("log.txt"), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	_, err = f.WriteString(line + "\n")
	return errors.Join(err, f.Close())
}

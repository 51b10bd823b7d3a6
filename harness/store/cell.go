package store

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"protobench/internal/durable"
	"protobench/internal/tensorfile"
)

// Files of a cell's folder that more than one place names; curves.go has the curves'.
const (
	configFile  = "config.toml"
	weightsFile = "final.safetensors"
)

// CellDir is one cell's folder.
type CellDir struct {
	path string
	plan PlanCell

	last lineage // the checkpoint that was read or written last

	mu    sync.Mutex
	known bool              // whether files has been looked up
	files map[string]string // checksums that the result knows; nil without a result
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
		if durable.IsTemporary(e.Name()) {
			if err := os.Remove(c.file(e.Name())); err != nil {
				return err
			}
		}
	}
	return WriteFile(c.file(configFile), []byte(c.plan.Config))
}

// WriteResult writes result.json over any that there is. Runs call [CellDir.Publish].
func (c *CellDir) WriteResult(r Result) error {
	text, err := c.completed(r)
	if err != nil {
		return err
	}
	return WriteFile(c.file("result.json"), text)
}

// completed is the text of result.json, with the checksums of the files beside it.
func (c *CellDir) completed(r Result) ([]byte, error) {
	r.Schema, r.Files = SchemaVersion, map[string]string{}
	for _, name := range endedFiles() {
		sum, err := contentDigest(c.lies(name))
		switch {
		case err == nil:
			r.Files[name] = sum
		case !errors.Is(err, fs.ErrNotExist):
			return nil, err
		}
	}
	c.forget()
	text, err := sealedText(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.file("result.json"), err)
	}
	return text, nil
}

// endedFiles are the files of an ended cell that something reads back.
func endedFiles() []string {
	return []string{configFile, "steps.jsonl", curvesFile, "prototypes.safetensors", weightsFile}
}

// Result reads result.json; found is false when the cell has not ended. One that is not what was
// written, of another cell, or without what every result has, is *Damaged.
func (c *CellDir) Result() (r Result, found bool, err error) {
	path := c.file("result.json")
	if found, err = readSealed(path, &r, &r.Schema); !found || err != nil {
		return Result{}, false, err
	}
	if r.Cell.Hash != c.plan.Cell.Hash {
		return Result{}, false, damaged(path, "hash %.8s, expected %.8s: the result of another cell", r.Cell.Hash, c.plan.Cell.Hash)
	}
	switch r.Outcome.Status {
	case OK, Collapsed:
		if r.Metrics == nil {
			return Result{}, false, damaged(path, "no metrics, though its outcome is %s", r.Outcome.Status)
		}
	case Diverged, Failed, Interrupted:
	default:
		return Result{}, false, damaged(path, "outcome.status %q, expected %s, %s, %s, %s or %s", r.Outcome.Status, OK, Collapsed, Diverged, Failed, Interrupted)
	}
	c.learn(r.Files)
	return r, true, nil
}

// HasResult reports whether result.json is there, sound or not.
func (c *CellDir) HasResult() bool { return exists(c.file("result.json")) }

// learn keeps the checksums that a result knows.
func (c *CellDir) learn(files map[string]string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known, c.files = true, files
}

// forget is due when the result changes.
func (c *CellDir) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known, c.files = false, nil
}

// checksum is that of a file as the cell's result knows it; "" where it does not.
func (c *CellDir) checksum(name string) string {
	c.mu.Lock()
	known := c.known
	c.mu.Unlock()
	if !known {
		if _, found, err := c.Result(); err != nil || !found { // what is wrong with it is told where it is read
			c.learn(nil)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.files[name]
}

// read reads a file of the cell and checks it against the result; nil when there is none.
func (c *CellDir) read(name string) ([]byte, error) {
	path := c.lies(name)
	b, err := content(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if want := c.checksum(name); want != "" && want != digest(b) {
		return nil, damaged(path, "%w", errChecksum)
	}
	return b, nil
}

// readTensors reads a file of tensors; nil when there is none.
func (c *CellDir) readTensors(name string) (*tensorfile.File, error) {
	b, err := c.read(name)
	if b == nil || err != nil {
		return nil, err
	}
	return decodeTensors(c.file(name), b)
}

// decodeTensors parses what a file of tensors holds.
func decodeTensors(path string, b []byte) (*tensorfile.File, error) {
	f, err := tensorfile.DecodeSafetensors(path, bytes.NewReader(b), int64(len(b)))
	return f, damage(path, err)
}

// RemoveResult makes an ended cell unfinished again, for a retry, which goes on from the checkpoint
// where there is one.
func (c *CellDir) RemoveResult() error {
	c.forget()
	return remove(c.file("result.json"))
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
	return c.readTensors("prototypes.safetensors")
}

// PrototypeBytes reads prototypes.safetensors as it is; nil when there is none.
func (c *CellDir) PrototypeBytes() ([]byte, error) { return c.read("prototypes.safetensors") }

// OpenSteps opens steps.jsonl for appending.
func (c *CellDir) OpenSteps() (*Log[Step], error) { return openLog[Step](c.file("steps.jsonl")) }

// OpenEpochs opens epochs.jsonl for appending; what lies there compressed is unpacked first.
func (c *CellDir) OpenEpochs() (*Log[Epoch], error) {
	if err := c.unpackCurves(); err != nil {
		return nil, err
	}
	return openLog[Epoch](c.file(curvesFile))
}

// Steps reads steps.jsonl; nil when there is none. Beside *Damaged it returns the lines that can be
// read.
func (c *CellDir) Steps() ([]Step, error) { return readLines[Step](c, "steps.jsonl") }

// Epochs reads epochs.jsonl, compressed or not, as Steps does steps.jsonl.
func (c *CellDir) Epochs() ([]Epoch, error) { return readLines[Epoch](c, curvesFile) }

func readLines[T any](c *CellDir, name string) ([]T, error) {
	b, err := c.read(name)
	if err != nil {
		return nil, err
	}
	return parseLines[T](c.lies(name), b)
}

// Log appends a line to log.txt.
func (c *CellDir) Log(line string) error {
	f, err := os.OpenFile(c.file("log.txt"), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	_, err = f.WriteString(line + "\n")
	return errors.Join(err, f.Close())
}

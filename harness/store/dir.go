package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Dir is a run directory.
type Dir struct{ path string }

// Create makes the run directory, or takes an existing one, and finds out whether it can
// be written. It changes nothing that is there.
func Create(path string) (*Dir, error) {
	d := &Dir{path: path}
	if err := os.MkdirAll(d.cells(), 0o755); err != nil {
		return nil, unwritable(path, err)
	}
	f, err := os.CreateTemp(path, ".probe.tmp-*")
	if err != nil {
		return nil, unwritable(path, err)
	}
	return d, errors.Join(f.Close(), os.Remove(f.Name()))
}

func unwritable(path string, err error) error {
	var cause *fs.PathError
	if errors.As(err, &cause) {
		err = cause.Err
	}
	return fmt.Errorf("output folder %s: cannot be written (%w); choose another with --out", path, err)
}

// Open takes an existing run directory for reading.
func Open(path string) (*Dir, error) {
	is, err := IsRun(path)
	switch {
	case err != nil:
		return nil, err
	case !is:
		return nil, fmt.Errorf("%s: not a run directory (it has no plan.json); give the folder that `protobench run` wrote", path)
	}
	return &Dir{path: path}, nil
}

// Path returns the directory's path as it was given.
func (d *Dir) Path() string { return d.path }

// Report returns the folder of the report, DIR/report.
func (d *Dir) Report() string { return filepath.Join(d.path, "report") }

func (d *Dir) cells() string { return filepath.Join(d.path, "cells") }

// Cell returns a planned cell's folder, which need not exist yet.
func (d *Dir) Cell(p PlanCell) *CellDir {
	return &CellDir{path: filepath.Join(d.cells(), p.Dir), plan: p}
}

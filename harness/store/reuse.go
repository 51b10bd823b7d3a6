package store

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Reuse ends the cell with what another folder holds of it, byte for byte what it would come to itself:
// one of the same hash, whose logs were measured alike, that came to its end and has all that its result
// knows of, undamaged. Weights are taken where keepWeights asks for them, and have to be there then.
// why says what was amiss where nothing was taken; the cell is then as it was. Only the cell's own run
// may call it.
func (c *CellDir) Reuse(from *CellDir, keepWeights bool) (r Result, why string, err error) {
	r, why, err = c.reusable(from, keepWeights)
	if why != "" || err != nil {
		return Result{}, why, err
	}
	if !keepWeights {
		delete(r.Files, weightsFile)
	}
	files, why, err := from.sound(r.Files)
	if why != "" || err != nil {
		return Result{}, why, err
	}
	if err := os.MkdirAll(c.path, 0o755); err != nil {
		return Result{}, "", err
	}
	if err := c.take(files); err != nil {
		return Result{}, "", err
	}
	r.Cell = c.plan.Cell // another sweep may call its arm and its axes otherwise
	if err := c.renameWeights(); err != nil {
		return Result{}, "", err
	}
	if err := c.WriteResult(r); err != nil {
		return Result{}, "", err
	}
	return r, "", errors.Join(c.Log("taken over, finished, from "+from.path), c.RemoveCheckpoint())
}

// reusable reads the result of another folder and judges whether it is what this cell would come to.
func (c *CellDir) reusable(from *CellDir, keepWeights bool) (r Result, why string, err error) {
	r, found, err := from.Result()
	var bad *Damaged
	switch {
	case errors.As(err, &bad):
		return r, bad.Error(), nil
	case err != nil:
		return r, "", err
	case !found:
		return r, "it has not ended", nil
	case r.Outcome.Status != OK && r.Outcome.Status != Collapsed:
		return r, "it ended as " + r.Outcome.Status, nil
	case r.Cell.Hash != c.plan.Cell.Hash:
		return r, "it is another cell", nil
	case r.Schema < sealedSchema:
		return r, "its result has no checksums", nil
	case !maps.Equal(c.plan.Settings.measured(), from.plan.Settings.measured()):
		return r, "other settings under [evaluate]", nil
	case keepWeights && r.Files[weightsFile] == "":
		return r, "it kept no weights", nil
	}
	return r, "", nil
}

// measured are the settings of what is measured, of which some are in no hash and shape logs.
func (s Settings) measured() map[string]string {
	out := map[string]string{}
	for _, one := range s {
		if strings.HasPrefix(one.Key, "evaluate.") {
			out[one.Key] = fmt.Sprint(one.Value)
		}
	}
	return out
}

// sound reads the files that a result knows of; why says which is missing or damaged.
func (c *CellDir) sound(known map[string]string) (files map[string][]byte, why string, err error) {
	files = map[string][]byte{}
	for _, name := range slices.Sorted(maps.Keys(known)) {
		b, err := c.read(name)
		var bad *Damaged
		switch {
		case errors.As(err, &bad):
			return nil, bad.Error(), nil
		case err != nil:
			return nil, "", err
		case b == nil:
			return nil, "it has no " + name, nil
		}
		files[name] = b
	}
	return files, "", nil
}

// take makes the folder hold these files, and no others of a cell that has ended.
func (c *CellDir) take(files map[string][]byte) error {
	for _, name := range append(endedFiles(), packedCurves) {
		var err error
		if b, ok := files[name]; ok {
			err = WriteFile(c.file(name), b)
		} else {
			err = remove(c.file(name))
		}
		if err != nil {
			return err
		}
	}
	return c.Prepare() // its own config
}

// renameWeights writes the weights, where there are any, as this cell's.
func (c *CellDir) renameWeights() error {
	f, err := c.Weights()
	if f == nil || err != nil {
		return err
	}
	return c.WriteWeights(f.Tensors)
}

// RunsIn returns the run directories that a path means: itself, or those right below it. A folder
// without any is an error.
func RunsIn(path string) ([]*Dir, error) {
	if d, err := Open(path); err == nil {
		return []*Dir{d}, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	var out []*Dir
	for _, e := range entries {
		if d, err := Open(filepath.Join(path, e.Name())); err == nil {
			out = append(out, d)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s: neither a run directory nor a folder of run directories; give what `protobench run` wrote", path)
	}
	return out, nil
}

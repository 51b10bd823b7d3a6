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

// Reuse ends the cell with what another folder holds of it: the files that it would come to itself,
// with the times and the provenance of the other. That has to be a cell of the same hash that came to
// its end, measured alike along the way, with every file that its result knows of, undamaged. Weights
// are taken where keepWeights asks for them, and have to be there then. why says what was amiss where
// nothing was taken, and the cell is as it was; after an error it is to be run, and goes on from what
// it had. Only the cell's own run may call it.
func (c *CellDir) Reuse(from *CellDir, keepWeights bool) (r Result, why string, err error) {
	r, files, err := c.reusable(from, keepWeights)
	var refusal unusable
	var bad *Damaged
	if errors.As(err, &refusal) || errors.As(err, &bad) {
		return Result{}, err.Error(), nil
	}
	if err == nil {
		err = c.take(files)
	}
	if err != nil {
		return Result{}, "", err
	}
	r.Cell = c.plan.Cell // another sweep may call its arm and its axes otherwise
	if _, err := c.Publish(r); err != nil {
		return Result{}, "", err
	}
	note := "taken over, finished, from " + from.path
	if err := c.RemoveCheckpoint(); err != nil {
		note += "; checkpoint left behind: " + err.Error()
	}
	_ = c.Log(note) // the result stands
	return r, "", nil
}

// unusable says why a cell cannot be taken over.
type unusable string

func (u unusable) Error() string { return string(u) }

// reusable reads the result of another folder and the files that are to be taken, all that the result
// knows of. An error that is unusable or *Damaged says why this is not what the cell would come to.
func (c *CellDir) reusable(from *CellDir, keepWeights bool) (r Result, files map[string][]byte, err error) {
	r, found, err := from.Result()
	switch {
	case err != nil:
		return r, nil, err
	case !found:
		return r, nil, unusable("it has not ended")
	case r.Outcome.Status != OK && r.Outcome.Status != Collapsed:
		return r, nil, unusable("it ended as " + r.Outcome.Status)
	case r.Cell.Hash != c.plan.Cell.Hash:
		return r, nil, unusable("it is another cell")
	case r.Schema < sealedSchema:
		return r, nil, unusable("its result has no checksums")
	case keepWeights && r.Files[weightsFile] == "":
		return r, nil, unusable("it kept no weights")
	}
	if !keepWeights {
		delete(r.Files, weightsFile)
	}
	files = map[string][]byte{}
	for _, name := range slices.Sorted(maps.Keys(r.Files)) {
		if files[name], err = from.read(name); err != nil {
			return r, nil, err
		}
		if files[name] == nil {
			return r, nil, unusable("it has no " + name)
		}
	}
	if measuring(string(files[configFile])) != measuring(c.plan.Config) {
		return r, nil, unusable("it was measured otherwise along the way ([evaluate])")
	}
	return r, files, nil
}

// measuring is the table of a config that says what is measured, of which some is in no hash and
// shapes logs.
func measuring(config string) string {
	_, table, _ := strings.Cut(config, "\n[evaluate]\n")
	table, _, _ = strings.Cut(table, "\n[")
	return strings.TrimSpace(table)
}

// take makes the folder hold these files and no others of a cell that has ended, all of them this
// cell's.
func (c *CellDir) take(files map[string][]byte) error {
	if err := c.Prepare(); err != nil { // writes its own config
		return err
	}
	for _, name := range append(endedFiles(), packedCurves) {
		b, ok := files[name]
		var err error
		switch {
		case name == configFile:
		case !ok:
			err = remove(c.file(name))
		case name == weightsFile:
			err = c.takeWeights(b)
		default:
			err = WriteFile(c.file(name), b)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// takeWeights writes another cell's weights as this one's: their metadata name the method.
func (c *CellDir) takeWeights(b []byte) error {
	f, err := decodeTensors(c.weightsPath(), b)
	if err != nil {
		return err
	}
	return c.WriteWeights(f.Tensors)
}

// RunsIn returns the run directories that a path means: itself, or those right below it. A folder
// without any is an error.
func RunsIn(path string) ([]*Dir, error) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	folders := []string{path}
	for _, e := range entries {
		folders = append(folders, filepath.Join(path, e.Name()))
	}
	var out []*Dir
	for _, folder := range folders {
		is, err := IsRun(folder)
		switch {
		case is:
			out = append(out, &Dir{path: folder})
		case err != nil && !isFile(folder):
			return nil, err
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s: neither a run directory nor a folder of run directories, such as `protobench run` writes", path)
	}
	return out, nil
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.IsDir()
}

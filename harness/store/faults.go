package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// faults checks some of the files beside a result, which was read.
func (c *CellDir) faults(names []string) (bad []error) {
	for _, name := range names {
		if err := c.checkFile(name); err != nil {
			bad = append(bad, err)
		}
	}
	return bad
}

// Faults reads every file of an ended cell and returns what is damaged; none for a cell that has
// not ended. A file that is gone is no fault: readers do without it. What the disk cannot read, and
// what a later version wrote, is an error.
func (c *CellDir) Faults() (bad []*Damaged, err error) {
	_, found, wrong := c.Result()
	all := []error{wrong}
	if wrong == nil && found {
		all = c.faults(endedFiles())
	}
	for _, e := range all {
		var d *Damaged
		if errors.As(e, &d) {
			bad = append(bad, d)
		} else {
			err = errors.Join(err, e)
		}
	}
	return bad, err
}

// reported are the files that reports read.
func reported() []string { return []string{"prototypes.safetensors", curvesFile, "steps.jsonl"} }

// checkFile checks one file by its checksum, or by parsing it where the result knows none.
func (c *CellDir) checkFile(name string) error {
	if c.checksum(name) != "" {
		_, err := c.read(name)
		return err
	}
	var err error
	switch name {
	case "prototypes.safetensors":
		_, err = c.Prototypes()
	case weightsFile:
		_, err = c.Weights()
	case "steps.jsonl":
		_, err = c.Steps()
	case curvesFile:
		_, err = c.Epochs()
	}
	return err
}

// Clear sets aside what is damaged of an ended cell, and its result with it, so that the cell is run
// again; tell hears of each file. A damaged config.toml alone is written anew, and the result stands.
func (c *CellDir) Clear(faults []*Damaged, tell func(text string)) (again bool, err error) {
	result := c.file("result.json")
	for _, bad := range faults {
		aside, err := bad.SetAside()
		if err != nil {
			return false, err
		}
		tell(fmt.Sprintf("%v; kept as %s", bad, aside))
		again = again || bad.Path != c.file(configFile)
	}
	if !again {
		return false, c.rewriteConfig()
	}
	c.forget()
	if _, err := os.Stat(result); errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	_, err = (&Damaged{Path: result}).SetAside()
	return true, err
}

// rewriteConfig writes config.toml of an ended cell anew. The plan may have another text for the
// same cell by now, which the result then takes over.
func (c *CellDir) rewriteConfig() error {
	if err := WriteFile(c.file(configFile), []byte(c.plan.Config)); err != nil {
		return err
	}
	r, found, err := c.Result()
	if err != nil || !found || r.Files[configFile] == digest([]byte(c.plan.Config)) {
		return err
	}
	return c.WriteResult(r)
}

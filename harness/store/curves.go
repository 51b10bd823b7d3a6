package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"protobench/internal/durable"
)

// curvesFile holds a cell's measurements during training, and packedCurves the same compressed.
const (
	curvesFile   = "epochs.jsonl"
	packedCurves = curvesFile + packedEnd
)

// CurvesPath is where the measurements of the cell in a folder lie: epochs.jsonl.gz where that is
// there alone, else epochs.jsonl, there or not.
func CurvesPath(cell string) string { return lies(filepath.Join(cell, curvesFile)) }

// lies is where a file of the cell is to be read.
func (c *CellDir) lies(name string) string {
	if name == curvesFile {
		return CurvesPath(c.path)
	}
	return c.file(name)
}

// unpackCurves leaves the curves uncompressed, for a run to go on with them, and no compressed ones
// beside them, which would outlive what they were made of. Damaged ones are set aside, and log.txt
// says so.
func (c *CellDir) unpackCurves() error {
	packed := c.file(packedCurves)
	if c.lies(curvesFile) == packed {
		text, err := content(packed)
		var bad *Damaged
		switch {
		case errors.As(err, &bad):
			aside, err := bad.SetAside()
			if err != nil {
				return err
			}
			return c.Log(fmt.Sprintf("%v; kept as %s", bad, aside))
		case err != nil:
			return err
		}
		if err := WriteFile(c.file(curvesFile), text); err != nil {
			return err
		}
	}
	if !exists(packed) {
		return nil
	}
	return errors.Join(os.Remove(packed), durable.SyncFolder(c.path))
}

package cli

import (
	"errors"
	"fmt"
	"os"
	"runtime"

	"protobench/harness"
	"protobench/harness/store"
	"protobench/internal/kernel"
)

type doctorCommand struct {
	Dir string `arg:"" optional:"" help:"Folder of a run to check."`
}

// Run shows what decides speed and numbers here, and checks a run's files.
func (c doctorCommand) Run(w *console) error {
	data := os.Getenv("PROTOBENCH_DATA")
	if data == "" {
		data = "not set"
	}
	_, err := fmt.Fprintf(w.out, "protobench %s, numerics %d\n%s %s/%s, %d CPUs\nkernels: %s\nPROTOBENCH_DATA: %s\n",
		version(), harness.Numerics, runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), kernel.InUse(), data)
	if err != nil || c.Dir == "" {
		return err
	}
	return c.check(w)
}

// check reads every file of a run that a report would read.
func (c doctorCommand) check(w *console) error {
	d, err := store.Open(c.Dir)
	if err != nil {
		return err
	}
	cells, err := d.Cells()
	if err != nil {
		return err
	}
	var bad []error
	for _, cell := range cells {
		bad = append(bad, cell.Unreadable, readable(cell.Dir))
	}
	if err := errors.Join(bad...); err != nil {
		return err
	}
	_, err = fmt.Fprintf(w.out, "%s: %d cells, all files readable\n", c.Dir, len(cells))
	return err
}

func readable(c *store.CellDir) error {
	if _, err := c.Steps(); err != nil {
		return err
	}
	if _, err := c.Epochs(); err != nil {
		return err
	}
	if _, err := c.Checkpoint(); err != nil {
		return err
	}
	_, err := c.Prototypes()
	return err
}

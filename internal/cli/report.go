package cli

import (
	"errors"
)

type reportCommand struct {
	Dir string `arg:"" help:"Folder of a run."`
}

// Run writes the report of a run again.
func (c reportCommand) Run(w *console) error { return writeReport(w, c.Dir, false) }

func writeReport(w *console, dir string, asJSON bool) error {
	return errors.New("reports are not available")
}

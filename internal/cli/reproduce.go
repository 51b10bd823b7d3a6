package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"time"

	"protobench/datasets"
	"protobench/harness"
	"protobench/harness/cell"
	"protobench/internal/console"
	"protobench/internal/kernel"
	"protobench/internal/wording"
)

type reproduceCommand struct {
	Cell string `arg:"" help:"Folder of a finished cell: DIR/cells/NAME."`
	Keep string `placeholder:"DIR" help:"Keep the new training's folder there (it is removed)."`
	JSON bool   `name:"json" help:"One JSON object instead of text."`
}

// shown is how many differences are listed in text.
const shownDifferences = 20

// Run trains a finished cell anew and compares the bits of its results.
func (c reproduceCommand) Run(ctx context.Context, w *console.Console) error {
	w.Warn(kernel.Warning())
	scratch, remove, err := c.folder()
	if err != nil {
		return err
	}
	defer remove()
	progress := newProgress(w, c.JSON)
	tell := progress.hear
	if c.JSON {
		tell = nil
	}
	r, err := harness.Reproduce(ctx, c.Cell, scratch, harness.Options{
		Jobs: 1, Threads: runtime.GOMAXPROCS(0), CheckpointEvery: time.Minute, Version: version(), Engine: cell.Real(), Data: datasets.OpenUntil(ctx), Tell: tell,
	})
	if ctx.Err() != nil {
		return console.Halted(ctx, ": nothing was compared")
	}
	if err != nil {
		return err
	}
	return c.tell(w, r)
}

// folder is where the cell is trained, and what removes it.
func (c reproduceCommand) folder() (string, func(), error) {
	if c.Keep != "" {
		if entries, err := os.ReadDir(c.Keep); err == nil && len(entries) > 0 {
			return "", nil, fmt.Errorf("--keep %s: not empty; name a folder that is not there yet", c.Keep)
		}
		return c.Keep, func() {}, nil
	}
	dir, err := os.MkdirTemp("", "protobench-reproduce-")
	return dir, func() { _ = os.RemoveAll(dir) }, err
}

// tell prints the outcome; results that differ are a failure.
func (c reproduceCommand) tell(w *console.Console, r harness.Reproduction) error {
	var failed error
	if !r.Identical() {
		failed = console.Exit(console.Failed, fmt.Sprintf("%s: not reproduced, %s", r.Cell, wording.Count(len(r.Different), "difference")))
	}
	if c.JSON {
		if err := json.NewEncoder(w.Out).Encode(r); err != nil {
			return err
		}
		return failed
	}
	text := fmt.Sprintf("%s: %s and %s during training compared", r.Cell, wording.Count(r.Metrics, "metric"), wording.Count(r.Measurements, "measurement"))
	if r.Prototypes {
		text += ", and the file of prototypes"
	}
	if r.Identical() {
		text += ": identical"
	}
	text += "\n" + listDifferences("differs", r.Different) + listDifferences("other circumstances", r.Circumstance)
	if _, err := fmt.Fprint(w.Out, text); err != nil {
		return err
	}
	return failed
}

func listDifferences(what string, all []harness.Difference) string {
	out := ""
	for i, d := range all {
		if i == shownDifferences {
			return out + fmt.Sprintf("  … and %d more (--json lists all)\n", len(all)-i)
		}
		if i == 0 {
			out = what + ":\n"
		}
		out += fmt.Sprintf("  %s: was %s, is %s\n", d.Name, d.Was, d.Is)
	}
	return out
}

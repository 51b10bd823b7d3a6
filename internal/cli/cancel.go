package cli

import (
	"context"
	"fmt"

	"protobench/harness/slurm"
	"protobench/harness/store"
	"protobench/internal/console"
	"protobench/internal/wording"
)

type cancelCommand struct {
	Dir string `arg:"" help:"Folder of a run."`
}

// Run takes a run's tasks out of the cluster's queue.
func (c cancelCommand) Run(ctx context.Context, w *console.Console) error {
	if _, err := store.Open(c.Dir); err != nil {
		return err
	}
	all, err := slurm.All(c.Dir)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return fmt.Errorf("%s: nothing was submitted from here; Ctrl-C ends a local run", c.Dir)
	}
	n, err := slurm.Cancel(ctx, c.Dir)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w.Out, "%s: %s cancelled; those that ran save their state, and the next submission goes on from there\n", c.Dir, wording.Count(n, "task"))
	return err
}

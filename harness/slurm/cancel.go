package slurm

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Cancel takes the tasks of a run directory's submissions out of the queue, and ends those that
// run; they save their state. It returns how many there were. scancel says nothing of what it did
// not find, so it looks again.
func Cancel(ctx context.Context, run string) (int, error) {
	all, err := All(run)
	if err != nil {
		return 0, err
	}
	n := 0
	for cluster, of := range byCluster(all) {
		found, err := NewClient(cluster).cancel(ctx, of)
		if n += found; err != nil {
			return n, err
		}
	}
	return n, nil
}

func (c *Client) cancel(ctx context.Context, all []*Frozen) (int, error) {
	live, err := c.live(ctx, all)
	if err != nil || len(live) == 0 {
		return 0, err
	}
	for _, f := range all {
		for _, name := range []string{f.Name() + reportSuffix, f.Name()} { // it takes one name at a time
			if _, err := c.call(ctx, "scancel", c.onCluster("--name="+name)...); err != nil {
				return 0, err
			}
		}
	}
	return len(live), c.gone(ctx, all, len(live))
}

// gone waits until no task is left but those that are about to end.
func (c *Client) gone(ctx context.Context, all []*Frozen, before int) error {
	var left []string
	for range 20 {
		tasks, err := c.live(ctx, all)
		if err != nil {
			return err
		}
		left = nil
		for _, t := range tasks {
			if t.State != "COMPLETING" {
				left = append(left, fmt.Sprintf("%s_%d", t.Job, t.Index))
			}
		}
		if len(left) == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(c.pause / 10):
		}
	}
	return fmt.Errorf("%d of %d tasks are still in the queue: scancel %s", len(left), before, strings.Join(left, " "))
}

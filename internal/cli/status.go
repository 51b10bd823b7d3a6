package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"protobench/harness/store"
)

type statusCommand struct {
	Dir   string `arg:"" help:"Folder of a run."`
	Watch bool   `help:"Repeat every two seconds until nothing is left."`
	JSON  bool   `name:"json" help:"One JSON object per look."`
}

// Run shows how far a run is.
func (c statusCommand) Run(ctx context.Context, w *console) error {
	d, err := store.Open(c.Dir)
	if err != nil {
		return err
	}
	for {
		s, err := d.Status()
		if err != nil {
			return err
		}
		if err := c.show(w, s); err != nil || !c.Watch || complete(s) {
			return err
		}
		select {
		case <-ctx.Done():
			return exitError{exitInterrupted, ""}
		case <-time.After(2 * time.Second):
		}
	}
}

func complete(s store.Status) bool {
	for _, a := range s.Arms {
		if a.Partial > 0 || a.Missing > 0 {
			return false
		}
	}
	return true
}

func (c statusCommand) show(w *console, s store.Status) error {
	if c.JSON {
		return json.NewEncoder(w.out).Encode(s)
	}
	var rows []row
	for _, a := range s.Arms {
		rows = append(rows, row{cells: []string{
			a.Arm, strconv.Itoa(a.Done), strconv.Itoa(a.Failed), strconv.Itoa(a.Partial), strconv.Itoa(a.Missing), fmt.Sprintf("%.1f", a.Epoch),
		}})
	}
	if err := table(w.out, []string{s.Name, "done", "failed", "begun", "missing", "epoch"}, rows); err != nil {
		return err
	}
	for _, dir := range s.Unplanned {
		if _, err := fmt.Fprintf(w.out, "no longer planned: %s\n", dir); err != nil {
			return err
		}
	}
	return nil
}

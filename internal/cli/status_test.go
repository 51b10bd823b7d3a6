package cli

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"protobench/harness/store"
	"protobench/internal/console"
)

// TestStatusWatchesWhileARunIsAtWork: it shows what changes, once each, ends with the run, and gives
// way to a signal.
func TestStatusWatchesWhileARunIsAtWork(t *testing.T) {
	t.Parallel()
	d, err := store.Create(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	plan := store.Plan{Schema: store.SchemaVersion, Name: "watched", Cells: []store.PlanCell{{Cell: store.Cell{Method: "swav", Hash: "h"}, Dir: "swav__base__s0"}}}
	if _, err := d.Freeze(plan); err != nil {
		t.Fatal(err)
	}
	release, err := d.Lock()
	if err != nil {
		t.Fatal(err)
	}
	c := statusCommand{Dir: d.Path(), Watch: true, every: 5 * time.Millisecond}
	ctx, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer stop()
	var out bytes.Buffer
	if err := c.Run(ctx, &console.Console{Out: &out, Err: &out}); err == nil || !strings.Contains(err.Error(), "the run goes on") {
		t.Errorf("a signal while the run is at work: %v", err)
	}
	if text := out.String(); strings.Count(text, "watched") != 1 || !strings.Contains(text, "at work: process ") {
		t.Errorf("%q", text)
	}
	out.Reset()
	time.AfterFunc(30*time.Millisecond, func() {
		cell := d.Cell(plan.Cells[0])
		if err := cell.Prepare(); err != nil {
			t.Error(err)
		}
		if err := cell.WriteResult(store.Result{Schema: store.SchemaVersion, Cell: plan.Cells[0].Cell, Outcome: store.Outcome{Status: store.OK}}); err != nil {
			t.Error(err)
		}
		if err := release.Release(); err != nil {
			t.Error(err)
		}
	})
	if err := c.Run(t.Context(), &console.Console{Out: &out, Err: &out}); err != nil {
		t.Error(err)
	}
	if text := out.String(); strings.Count(text, "watched") < 2 || !strings.HasSuffix(text, "swav     1     0       0      0        0.0\n") {
		t.Errorf("%q", text)
	}
}

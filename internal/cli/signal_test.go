package cli

import (
	"context"
	"strings"
	"testing"

	"protobench/datasets"
	"protobench/internal/console"
)

// What opens data or measures gives way to the first signal, and says so with its code.
func TestASignalEndsWhatOnlyReads(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	for _, args := range [][]string{{"plan", "joint-vs-decoupled"}, {"validate", "joint-vs-decoupled"}, {"run", "joint-vs-decoupled", "--dry-run"}} {
		var out, err strings.Builder
		if code := run(ctx, args, &out, &err); code != console.Interrupted || !strings.Contains(err.String(), "interrupted: nothing was begun") {
			t.Errorf("%v: code %d, %s%s", args, code, out.String(), err.String())
		}
	}
}

// The estimate gives way too, once the data are there.
func TestASignalEndsTheEstimate(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	c := planCommand{sweepArgument: sweepArgument{Sweep: "joint-vs-decoupled"}}
	data := datasets.OpenUntil(ctx)
	if _, err := c.plan(data); err != nil {
		t.Fatal(err)
	}
	stop()
	var out, err strings.Builder
	if e := c.show(ctx, &console.Console{Out: &out, Err: &err}, data); e == nil || !strings.Contains(e.Error(), "interrupted") || out.Len() > 0 {
		t.Errorf("%v, %s", e, out.String())
	}
}

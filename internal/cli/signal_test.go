package cli

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

// What opens data or measures gives way to the first signal, and says so with its code.
func TestASignalEndsWhatOnlyReads(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	for _, args := range [][]string{{"plan", "joint-vs-decoupled"}, {"validate", "joint-vs-decoupled"}, {"run", "joint-vs-decoupled", "--dry-run"}} {
		var out, err strings.Builder
		if code := run(ctx, args, &out, &err); code != exitInterrupted || !strings.Contains(err.String(), "interrupted: nothing was begun") {
			t.Errorf("%v: code %d, %s%s", args, code, out.String(), err.String())
		}
	}
}

// The estimate gives way too, once the data are there.
func TestASignalEndsTheEstimate(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	c := planCommand{sweepArgument: sweepArgument{Sweep: "joint-vs-decoupled"}}
	data := openData(ctx)
	if _, err := c.plan(data); err != nil {
		t.Fatal(err)
	}
	stop()
	var out, err strings.Builder
	if e := c.show(ctx, &console{&out, &err}, data); e == nil || !strings.Contains(e.Error(), "interrupted") || out.Len() > 0 {
		t.Errorf("%v, %s", e, out.String())
	}
}

// Work that notices no signal ends with it all the same.
func TestWorkIsNotWaitedForAfterASignal(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	forever := make(chan struct{})
	defer close(forever)
	time.AfterFunc(10*time.Millisecond, stop)
	if _, err := await(ctx, func() (int, error) { <-forever; return 1, nil }); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if n, err := await(t.Context(), func() (int, error) { return 7, nil }); n != 7 || err != nil {
		t.Error(n, err)
	}
}

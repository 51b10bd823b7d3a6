package console

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"
)

// TestASignalIsCalledByItsName as people know it.
func TestASignalIsCalledByItsName(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(Stopped{By: os.Interrupt})
	if err := Halted(ctx, ": nothing was begun"); err.Error() != "stopped by Ctrl-C: nothing was begun" {
		t.Error(err)
	}
}

// Work that notices no signal ends with it all the same.
func TestWorkIsNotWaitedForAfterASignal(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	forever := make(chan struct{})
	defer close(forever)
	time.AfterFunc(10*time.Millisecond, stop)
	if _, err := Await(ctx, func() (int, error) { <-forever; return 1, nil }); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if n, err := Await(t.Context(), func() (int, error) { return 7, nil }); n != 7 || err != nil {
		t.Error(n, err)
	}
}

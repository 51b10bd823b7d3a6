//go:build unix

package cli

import (
	"context"
	"errors"
	"os"
	"syscall"
)

// stopSignals are those that end a command in order. Batch systems send SIGTERM, or SIGUSR1 where
// they are asked to, some time before they kill.
func stopSignals() []os.Signal { return []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGUSR1} }

// overLimit reports whether what ended a context is the signal that Slurm sends some time before a
// task's limit.
func overLimit(ctx context.Context) bool {
	var s stopped
	return errors.As(context.Cause(ctx), &s) && s.by == syscall.SIGUSR1
}

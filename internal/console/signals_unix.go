//go:build unix

package console

import (
	"context"
	"errors"
	"os"
	"syscall"
)

// StopSignals are those that end a command in order. Batch systems send SIGTERM, or SIGUSR1 where
// they are asked to, some time before they kill.
func StopSignals() []os.Signal { return []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGUSR1} }

// OverLimit reports whether what ended a context is the signal that Slurm sends some time before a
// task's limit.
func OverLimit(ctx context.Context) bool {
	var s Stopped
	return errors.As(context.Cause(ctx), &s) && s.By == syscall.SIGUSR1
}

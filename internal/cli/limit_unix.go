//go:build unix

package cli

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// notifyLimit has the signal delivered that Slurm sends some time before a task's limit.
func notifyLimit(to chan<- os.Signal) { signal.Notify(to, syscall.SIGUSR1) }

// overLimit reports whether that signal is why a context is done.
func overLimit(ctx context.Context) bool {
	s, ok := context.Cause(ctx).(stopped)
	return ok && s.by == syscall.SIGUSR1
}

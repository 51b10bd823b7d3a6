//go:build !unix

package console

import (
	"context"
	"os"
	"syscall"
)

// StopSignals are those that end a command in order.
func StopSignals() []os.Signal { return []os.Signal{os.Interrupt, syscall.SIGTERM} }

// OverLimit reports whether a task's limit ended a context; there are no such tasks here.
func OverLimit(context.Context) bool { return false }

//go:build !unix

package cli

import (
	"context"
	"os"
	"syscall"
)

// stopSignals are those that end a command in order.
func stopSignals() []os.Signal { return []os.Signal{os.Interrupt, syscall.SIGTERM} }

// overLimit reports whether a task's limit ended a context; there are no such tasks here.
func overLimit(context.Context) bool { return false }

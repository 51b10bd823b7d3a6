//go:build !unix

package cli

import (
	"os"
	"syscall"
)

// stopSignals are those that end a command in order.
func stopSignals() []os.Signal { return []os.Signal{os.Interrupt, syscall.SIGTERM} }

//go:build unix

package cli

import (
	"os"
	"syscall"
)

// stopSignals are those that end a command in order. Batch systems send SIGTERM, or SIGUSR1 where
// they are asked to, some time before they kill.
func stopSignals() []os.Signal { return []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGUSR1} }

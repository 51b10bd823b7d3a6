package console

import (
	"fmt"
	"io"
)

// Console is where a command writes.
type Console struct{ Out, Err io.Writer }

// Warn tells people what was asked for and is not done, or not as they may think.
func (w *Console) Warn(texts ...string) {
	for _, text := range texts {
		if text != "" {
			_, _ = fmt.Fprintln(w.Err, Painted(w.Err, Yellow, "warning:"), text) // nothing is left to tell if this fails
		}
	}
}

package console

import "strings"

// Exit codes.
const (
	OK          = 0   // all right
	Failed      = 1   // something failed: cells, their report, a check
	Usage       = 2   // usage, configuration, or files that cannot be read or written
	Interrupted = 130 // stopped by a signal, state saved
)

// ExitError carries an exit code other than that of a usage error, with what there is to say.
type ExitError struct {
	Code int
	Text string
}

func (e ExitError) Error() string { return e.Text }

// Failure is what failed, a text each; nil where nothing did.
func Failure(texts []string) error {
	if len(texts) == 0 {
		return nil
	}
	return ExitError{Failed, strings.Join(texts, "\n")}
}

// Exit is an error with an exit code.
func Exit(code int, text string) error { return ExitError{code, text} }

// Package console is what commands have in common: where they write and warn, colours and tables on
// a screen, how a signal ends them, and with which code. Begin with Console and ExitError.
//
// It knows nothing of the subject.
package console

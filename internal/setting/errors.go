package setting

import (
	"slices"
	"strings"
)

// KeyError says what is wrong with one setting. Found says what stands there or what it comes to,
// Expected what could stand there, and Remedy what to write instead; the last two may be empty.
type KeyError struct{ Key, Found, Expected, Remedy string }

// Error is the whole on one line: key: found; expected; remedy.
func (e *KeyError) Error() string {
	said := e.Said()
	if e.Key == "" {
		return said
	}
	return e.Key + ": " + said
}

// Said is the error without its key.
func (e *KeyError) Said() string {
	return strings.Join(slices.DeleteFunc([]string{e.Found, e.Expected, e.Remedy}, func(s string) bool { return s == "" }), "; ")
}

// Warning says what a reader of a run's numbers should know of one of its settings.
type Warning struct{ Key, Text string }

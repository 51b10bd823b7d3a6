// Package texts holds what help shows, what init writes, and the example on the page of keys.
package texts

import "embed"

//go:embed *.txt *.toml completion.*
var files embed.FS

// Of is an embedded text.
func Of(file string) string {
	b, err := files.ReadFile(file)
	if err != nil {
		panic("texts: " + err.Error()) // it is part of the program
	}
	return string(b)
}

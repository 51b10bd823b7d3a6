// Package keylines says on which line of a TOML text each key is set, for errors that editors
// understand: the parser tells it for what it refuses itself alone. Begin with Find.
//
// It knows TOML and nothing of sweeps.
package keylines

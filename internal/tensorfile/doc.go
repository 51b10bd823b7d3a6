// Package tensorfile reads and writes the array formats that other tools speak:
// safetensors and NumPy's NPY. Checkpoints, exported prototypes and features, and
// the audit of other people's files go through it.
//
// Only formats live here: bytes to arrays and back. What an array means, and where files are
// kept, is the callers' business.
// Every file is treated as foreign: sizes are checked before memory is asked for,
// and an error names the file, the entry and what is wrong with it.
package tensorfile

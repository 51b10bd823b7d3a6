package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"protobench/internal/durable"
)

// Damaged is the error of a file whose content is not what was written there, or that belongs to
// another cell. Reading it again gives the same; moved out of the way, it is made again. Errors of
// the disk, which may pass, are not of this type, nor is a file of a later revision.
type Damaged struct {
	Path string // of the file to set aside
	Err  error  // names the file
}

// Error says what is wrong.
func (d *Damaged) Error() string { return d.Err.Error() }

// Unwrap returns the cause.
func (d *Damaged) Unwrap() error { return d.Err }

func damaged(path, format string, a ...any) error {
	return &Damaged{path, fmt.Errorf("%s: "+format, append([]any{path}, a...)...)}
}

// damage is an error of a file's content as Damaged, and one of the disk, or none, as it is.
func damage(path string, err error) error {
	var disk *os.PathError
	var known *Damaged
	if err == nil || errors.As(err, &disk) || errors.As(err, &known) {
		return err
	}
	return &Damaged{path, err}
}

// SetAside renames the damaged file, so that it is made again and nothing is lost:
// result.damaged.json, result.damaged-2.json, …. It returns the new path.
func (d *Damaged) SetAside() (string, error) {
	ext := filepath.Ext(d.Path)
	stem := strings.TrimSuffix(d.Path, ext) + asideMark
	aside := stem + ext
	for n := 2; ; n++ {
		if _, err := os.Lstat(aside); os.IsNotExist(err) {
			break
		}
		aside = stem + "-" + strconv.Itoa(n) + ext
	}
	return aside, durable.Move(d.Path, aside)
}

const asideMark = ".damaged"

// isAside reports whether a file name is one that SetAside gave.
func isAside(name string) bool { return strings.Contains(name, asideMark) }

package datasets

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"protobench/datasets/files"
)

// Roots returns the folders that hold a folder for each set: $PROTOBENCH_DATA where it is set, and
// <user cache>/protobench. This is the only place that reads the environment.
func Roots() []string {
	var roots []string
	if root := os.Getenv("PROTOBENCH_DATA"); root != "" {
		roots = append(roots, root)
	}
	if cache, err := os.UserCacheDir(); err == nil {
		roots = append(roots, filepath.Join(cache, "protobench"))
	}
	return roots
}

// MissingError says that the files of a set are not there at all.
type MissingError struct {
	Set string // its name, or data.path where that is given
	err error
}

// Error says where they were looked for, and what to do.
func (e *MissingError) Error() string { return e.err.Error() }

// Unwrap leads to the key at fault, where one is.
func (e *MissingError) Unwrap() error { return e.err }

// locate finds the files of a set: at data.path where it is given, below one of the [Roots] where
// nothing is there, else, where the name means one set, in the folder of that name of one of the
// [Roots].
func (r reader) locate(o Options) (*files.Location, error) {
	if o.Path != "" {
		return locatePath(o.Path)
	}
	if !r.home {
		return nil, wrong("path", "the set "+quote(r.Name)+" needs the path of its files", "set data.path to "+r.Files)
	}
	var tried []string
	for _, root := range Roots() {
		dir := filepath.Join(root, r.Name)
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			return files.OpenLocation(dir)
		}
		tried = append(tried, dir)
	}
	return nil, &MissingError{r.Name, fmt.Errorf("data set %s: no folder of its files (tried %s); set data.path, or PROTOBENCH_DATA to the folder that holds %s/",
		r.Name, strings.Join(tried, ", "), r.Name)}
}

// locatePath opens a path, or else what has that path below one of the [Roots].
func locatePath(path string) (*files.Location, error) {
	tried := []string{path}
	if filepath.IsLocal(path) {
		for _, root := range Roots() {
			tried = append(tried, filepath.Join(root, path))
		}
	}
	for _, at := range tried {
		if _, err := os.Stat(at); !errors.Is(err, fs.ErrNotExist) {
			return files.OpenLocation(at)
		}
	}
	return nil, &MissingError{path, wrong("path", strings.Join(tried, ", ")+" does not exist", "give the folder that holds the set's files, or a set that is one file")}
}

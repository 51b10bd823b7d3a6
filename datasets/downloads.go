package datasets

import (
	"errors"
	"path/filepath"

	"protobench/datasets/fetch"
)

// Downloads lists the official files of a set that can be fetched; nil where there are none.
func Downloads(name string) ([]fetch.Download, error) {
	r, err := find(name)
	return r.downloads, err
}

// Home is the folder where a set that is fetched belongs: below the first of the [Roots].
func Home(name string) (string, error) {
	roots := Roots()
	if len(roots) == 0 {
		return "", errors.New("no folder for data: set PROTOBENCH_DATA to one")
	}
	return filepath.Join(roots[0], name), nil
}

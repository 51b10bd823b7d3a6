package datasets

import (
	"fmt"
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

// locate finds the files of a set: at data.path where it is given, else, where the name means one
// set, in the folder of that name of one of the [Roots].
func (r reader) locate(o Options) (*files.Location, error) {
	if o.Path != "" {
		return files.OpenLocation(o.Path)
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
	return nil, fmt.Errorf("data set %s: no folder of its files (tried %s); set data.path, or PROTOBENCH_DATA to the folder that holds %s/",
		r.Name, strings.Join(tried, ", "), r.Name)
}

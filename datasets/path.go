package datasets

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// folder finds the folder of a set that lives in files: data.path where it is given, else $PROTOBENCH_DATA/<name>,
// else <user cache>/protobench/<name>. This is the only place that reads the environment.
func folder(o Options, name string) (string, error) {
	if o.Path != "" {
		return checkFolder(o.Path)
	}
	var tried []string
	if root := os.Getenv("PROTOBENCH_DATA"); root != "" {
		tried = append(tried, filepath.Join(root, name))
	}
	if cache, err := os.UserCacheDir(); err == nil {
		tried = append(tried, filepath.Join(cache, "protobench", name))
	}
	for _, dir := range tried {
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			return dir, nil
		}
	}
	return "", fmt.Errorf("data set %s: no folder of its files (tried %s); set data.path, or PROTOBENCH_DATA to the folder that holds %s/",
		name, strings.Join(tried, ", "), name)
}

func checkFolder(dir string) (string, error) {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("data.path: %s does not exist; give the folder that holds the set's files", dir)
	case err != nil:
		return "", fmt.Errorf("data.path: %w", err)
	case !info.IsDir():
		return "", fmt.Errorf("data.path: %s is a file; give the folder that holds the set's files", dir)
	}
	return dir, nil
}

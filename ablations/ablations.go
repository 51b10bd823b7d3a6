package ablations

import (
	"embed"
	"io/fs"
	"strings"
)

//go:embed *.toml
var files embed.FS

// Names returns the names of the embedded sweeps, sorted.
func Names() []string {
	paths, err := fs.Glob(files, "*.toml")
	if err != nil {
		panic("ablations: " + err.Error()) // the pattern is constant
	}
	for i, p := range paths {
		paths[i] = strings.TrimSuffix(p, ".toml")
	}
	return paths
}

// Text returns the sweep of a name; false when there is none.
func Text(name string) (string, bool) {
	b, err := files.ReadFile(name + ".toml")
	return string(b), err == nil
}

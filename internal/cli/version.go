package cli

import (
	"fmt"
	"runtime/debug"

	"protobench/internal/console"
)

// release is the version of the source, raised with CHANGELOG.md.
const release = "0.1.0"

// revision is the source's commit, set by the linker.
var revision string

// version is the release and, where it is known, the commit.
func version() string {
	if revision != "" {
		return release + "+" + revision
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return release
	}
	return release + commitOf(info.Settings)
}

func commitOf(settings []debug.BuildSetting) string {
	var commit, dirty string
	for _, s := range settings {
		switch {
		case s.Key == "vcs.revision":
			commit = s.Value[:min(len(s.Value), 12)]
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = ".dirty"
		}
	}
	if commit == "" {
		return ""
	}
	return "+" + commit + dirty
}

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run(c *console.Console) error {
	_, err := fmt.Fprintln(c.Out, "protobench", version())
	return err
}

package sweep

import (
	"fmt"
	"slices"
	"strings"

	"protobench/internal/setting"
)

// Issue is one thing that is wrong with a sweep file.
type Issue struct {
	File string
	Line int // 0 where no line is to blame
	setting.KeyError
}

// String is the issue on one line: file:line: key: found; expected; remedy.
func (i Issue) String() string {
	at := i.File
	if i.Line > 0 {
		at = fmt.Sprintf("%s:%d", i.File, i.Line)
	}
	return at + ": " + i.Error()
}

// ConfigError holds all that is wrong with a sweep file, in file order.
type ConfigError struct{ Issues []Issue }

// Error is one line per issue.
func (e *ConfigError) Error() string {
	lines := make([]string, len(e.Issues))
	for i, issue := range e.Issues {
		lines[i] = issue.String()
	}
	return strings.Join(lines, "\n")
}

// asError sorts issues by line, drops repetitions and returns nil for none.
func asError(issues []Issue) error {
	if len(issues) == 0 {
		return nil
	}
	sorted := slices.Clone(issues)
	slices.SortStableFunc(sorted, func(a, b Issue) int { return a.Line - b.Line })
	var once []Issue
	for _, i := range sorted {
		if !slices.Contains(once, i) {
			once = append(once, i)
		}
	}
	return &ConfigError{Issues: once}
}

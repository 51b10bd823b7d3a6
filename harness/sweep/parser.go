package sweep

import (
	"maps"
	"slices"
	"strings"

	"protobench/harness/sweep/keylines"
	"protobench/internal/setting"
)

// parser collects the issues of one file.
type parser struct {
	file      string
	raw       map[string]any
	lines     keylines.Lines
	catalogue Catalogue
	open      Open // nil where no data are opened
	issues    []Issue
}

// report notes an issue at the line that sets path; key is what the message calls it.
func (p *parser) report(path, key, found, expected, remedy string) {
	p.blame(p.line(path), setting.KeyError{Key: key, Found: found, Expected: expected, Remedy: remedy})
}

// blame notes an issue at a line, 0 where none is to blame. After very many it says that there are
// more, and passes over them.
func (p *parser) blame(line int, e setting.KeyError) {
	if p.full() {
		return
	}
	if len(p.issues) == mostIssues-1 {
		line, e = 0, setting.KeyError{Found: "more is wrong than the following", Remedy: "mend it first"}
	}
	p.issues = append(p.issues, Issue{File: p.file, Line: line, KeyError: e})
}

// line returns the line of a path, or of the nearest table above it.
func (p *parser) line(path string) int {
	for path != "" {
		if n := p.lines[path]; n > 0 {
			return n
		}
		path, _ = setting.Cut(path)
	}
	return 0
}

// assignment is one key path and its value, before any type is checked.
type assignment struct {
	path  string
	value any
}

// sets reports whether one of the assignments is of a path.
func sets(all []assignment, path string) bool {
	return slices.ContainsFunc(all, func(a assignment) bool { return a.path == path })
}

// flatten lists a table's assignments by dotted path, in sorted order; known keys are never
// descended into.
func flatten(table map[string]any, prefix string) []assignment {
	var all []assignment
	for _, name := range sortedKeys(table) {
		path := join(prefix, name)
		if sub, ok := table[name].(map[string]any); ok && Schema().IsTable(path) {
			all = append(all, flatten(sub, path)...)
		} else {
			all = append(all, assignment{path, table[name]})
		}
	}
	return all
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// apply sets assignments on v; at is the path of the table that holds them. It returns those that
// exist and fit.
func (p *parser) apply(v *setting.Values, all []assignment, at string) []assignment {
	var good []assignment
	for _, a := range all {
		if _, ok := Schema().Find(a.path); !ok {
			p.unknown(join(at, a.path), a, at != "")
			continue
		}
		if e := v.Set(a.path, a.value); e != nil {
			p.blame(p.line(join(at, a.path)), *e)
			continue
		}
		good = append(good, a)
	}
	return good
}

// commas lists names for messages.
func commas(names []string) string { return strings.Join(names, ", ") }

// join is the path of a key in a table.
func join(table, key string) string {
	if table == "" {
		return key
	}
	return table + "." + key
}

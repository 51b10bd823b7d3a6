package harness

import (
	"errors"
	"fmt"
	"os"
	"sort"
	"strings"

	"github.com/BurntSushi/toml"

	"protobench/methods"
)

// Sweep is a sweep file, read and resolved into cells; the data have not been touched.
type Sweep struct {
	File, Text     string
	Name, Question string
	Baseline       string   // an arm's name, or "learner=joint": each arm's own objective's joint arm
	Primary        []string // metric keys of the declared endpoints
	Seeds          []uint64
	Cells          []Cell // seed by seed, so that arms of a pair finish together

	lines lines
}

// Cell is one training run or reference row with all its settings.
type Cell struct {
	Reference   string // "" for an arm; else pixels, untrained or supervised
	Composition methods.Composition
	Form        string         // of an arm: controlled, or faithful where its paper's settings stand over the sweep's
	Axes        map[string]any // the matrix's key paths and this cell's values
	Seed        uint64
	Settings    Resolved

	at      string   // path of its method in the sweep file
	line    int      // of that
	changed []change // what the sweep's tables make of its preset's own settings
}

// ReadText returns a sweep file's text.
func ReadText(file string) (string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("sweep file %s: %w; check the path, or see `protobench list ablations`", file, errors.Unwrap(err))
	}
	return string(text), nil
}

// Parse reads the text of a sweep file; file names it in errors. All that is
// wrong comes back in one *ConfigError.
func Parse(file, text string, c Catalogue) (*Sweep, error) {
	s, issues, err := resolve(file, text, c)
	if err == nil {
		err = asError(issues)
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// resolve reads a sweep as far as it makes sense, and what is wrong with it. The error is for texts that are no TOML.
func resolve(file, text string, c Catalogue) (*Sweep, []Issue, error) {
	raw := map[string]any{}
	if _, err := toml.Decode(text, &raw); err != nil {
		return nil, nil, syntaxError(file, err)
	}
	p := &parser{file: file, raw: raw, lines: findLines(text), catalogue: c}
	s := &Sweep{File: file, Text: text, lines: p.lines}
	p.head(s)
	base := p.tables()
	arms := p.arms(base)
	axes := p.matrix(base, arms)
	p.baseline(s, arms)
	s.Cells = p.cells(s.Seeds, base, arms, axes)
	p.refuseUnmeasured(s)
	return s, p.issues, nil
}

func syntaxError(file string, err error) error {
	var parse toml.ParseError
	if !errors.As(err, &parse) {
		return fmt.Errorf("sweep file %s: %w", file, err)
	}
	return &ConfigError{[]Issue{{File: file, Line: parse.Position.Line, Key: parse.LastKey, What: parse.Message, Expected: "expected TOML"}}}
}

// parser collects the issues of one file.
type parser struct {
	file      string
	raw       map[string]any
	lines     lines
	catalogue Catalogue
	issues    []Issue
}

// report notes an issue at the line that sets path; key is what the message calls it.
func (p *parser) report(path, key string, m mismatch) {
	p.issues = append(p.issues, Issue{File: p.file, Line: p.line(path), Key: key, What: m.what, Expected: m.expected, Remedy: m.remedy})
}

// line returns the line of a path, or of the nearest table above it.
func (p *parser) line(path string) int {
	for path != "" {
		if n := p.lines[path]; n > 0 {
			return n
		}
		path = path[:max(strings.LastIndexByte(path, '.'), 0)]
	}
	return 0
}

// entry is one key path and its value, before any type is checked.
type entry struct {
	path  string
	value any
}

// flatten lists a table's entries by dotted path, in sorted order; known keys are never descended into.
func flatten(table map[string]any, prefix string) []entry {
	var entries []entry
	for _, name := range sortedKeys(table) {
		path := join(prefix, name)
		if sub, ok := table[name].(map[string]any); ok && isTable(path) {
			entries = append(entries, flatten(sub, path)...)
		} else {
			entries = append(entries, entry{path, table[name]})
		}
	}
	return entries
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// apply sets entries on r; at is the path of the table that holds them. It returns those that exist and fit.
func (p *parser) apply(r *Resolved, entries []entry, at string) []entry {
	var good []entry
	for _, e := range entries {
		key, ok := findKey(e.path)
		if !ok {
			p.unknown(join(at, e.path), e.path, at != "")
			continue
		}
		if m := key.set(r, e.value); m != nil {
			p.report(join(at, e.path), e.path, *m)
			continue
		}
		good = append(good, e)
	}
	return good
}

package keylines

import (
	"fmt"
	"strings"
)

// Lines maps a dotted key path, with indices for arrays of tables
// ("method[1].gmm.memory"), to the line of the file that sets it.
type Lines map[string]int

// Find locates every key of a TOML text that the parser has accepted. On
// anything else it stops early rather than guess.
func Find(text string) Lines {
	s := &lineScanner{text: text, line: 1, found: Lines{}, arrays: map[string]int{}}
	for s.skipBlank(); s.pos < len(s.text); s.skipBlank() {
		before := s.pos
		if s.peek() == '[' {
			s.header()
		} else {
			s.assignment(s.table)
		}
		if s.pos == before {
			break
		}
	}
	return s.found
}

type lineScanner struct {
	text   string
	pos    int
	line   int
	table  string         // path of the open table
	arrays map[string]int // tables seen so far per array of tables
	found  Lines
}

func (s *lineScanner) peek() byte {
	if s.pos < len(s.text) {
		return s.text[s.pos]
	}
	return 0
}

func (s *lineScanner) next() {
	if s.peek() == '\n' {
		s.line++
	}
	s.pos++
}

// skipBlank passes white space, newlines and comments.
func (s *lineScanner) skipBlank() {
	for s.pos < len(s.text) {
		switch s.peek() {
		case ' ', '\t', '\r', '\n':
			s.next()
		case '#':
			s.skipTo("\n")
		default:
			return
		}
	}
}

func (s *lineScanner) skipTo(stops string) {
	for s.pos < len(s.text) && !strings.ContainsRune(stops, rune(s.peek())) {
		s.next()
	}
}

func (s *lineScanner) skipSpace() {
	for s.peek() == ' ' || s.peek() == '\t' {
		s.next()
	}
}

// header reads [table] or [[array of tables]].
func (s *lineScanner) header() {
	s.next()
	array := s.peek() == '['
	if array {
		s.next()
	}
	line := s.line
	parts := s.key()
	s.skipTo("\n")
	s.table = s.resolve(parts, array)
	s.record(s.table, line)
}

// resolve joins a header's parts, indexing the arrays of tables on the way.
func (s *lineScanner) resolve(parts []string, array bool) string {
	path := ""
	for i, part := range parts {
		path = join(path, part)
		if array && i == len(parts)-1 {
			s.arrays[path]++
		}
		if n := s.arrays[path]; n > 0 {
			path = fmt.Sprintf("%s[%d]", path, n-1)
		}
	}
	return path
}

// assignment reads key = value below a table.
func (s *lineScanner) assignment(table string) {
	line := s.line
	parts := s.key()
	s.skipSpace()
	if len(parts) == 0 || s.peek() != '=' {
		return
	}
	s.next()
	path := join(table, strings.Join(parts, "."))
	s.record(path, line)
	s.value(path)
}

// record notes a path and the tables that a dotted key opens on the way; the first line wins.
func (s *lineScanner) record(path string, line int) {
	for path != "" && s.found[path] == 0 {
		s.found[path] = line
		path = path[:max(strings.LastIndexByte(path, '.'), 0)]
	}
}

// key reads a dotted key.
func (s *lineScanner) key() []string {
	var parts []string
	for {
		s.skipSpace()
		start := s.pos
		if c := s.peek(); c == '"' || c == '\'' {
			s.quoted()
			parts = append(parts, strings.Trim(s.text[start:min(s.pos, len(s.text))], `"'`))
		} else {
			s.skipTo(" \t.=]}\r\n#")
			parts = append(parts, s.text[start:s.pos])
		}
		s.skipSpace()
		if s.peek() != '.' {
			return parts
		}
		s.next()
	}
}

// value passes one value, noting the keys of inline tables.
func (s *lineScanner) value(path string) {
	s.skipSpace()
	switch s.peek() {
	case '"', '\'':
		s.quoted()
	case '[':
		s.list(']', func() { s.value(path) })
	case '{':
		s.list('}', func() { s.assignment(path) })
	default:
		s.skipTo(",]}\r\n#")
	}
}

// list passes comma-separated items up to a closing bracket.
func (s *lineScanner) list(closing byte, item func()) {
	s.next()
	for s.pos < len(s.text) {
		s.skipBlank()
		switch c := s.peek(); c {
		case closing:
			s.next()
			return
		case ',':
			s.next()
		default:
			before := s.pos
			item()
			if s.pos == before {
				return
			}
		}
	}
}

// quoted passes a string of any of TOML's four kinds.
func (s *lineScanner) quoted() {
	quote := s.text[s.pos : s.pos+1]
	if strings.HasPrefix(s.text[s.pos:], strings.Repeat(quote, 3)) {
		quote = strings.Repeat(quote, 3)
	}
	s.pos += len(quote)
	for s.pos < len(s.text) && !strings.HasPrefix(s.text[s.pos:], quote) {
		if s.peek() == '\\' && quote[0] == '"' {
			s.next()
		}
		s.next()
	}
	s.pos += len(quote)
	for len(quote) == 3 && s.peek() == quote[0] { // up to two quotes may end the content
		s.pos++
	}
}

func join(table, key string) string {
	if table == "" {
		return key
	}
	return table + "." + key
}

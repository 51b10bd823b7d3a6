package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const glossaryPage = "docs/glossary.md"

// entry is a row of the glossary: a word, or words that are explained by each other.
type entry struct {
	words         []string
	meaning, path string
}

// glossary reads the table's rows.
func glossary(t *testing.T) []entry {
	t.Helper()
	var out []entry
	row := regexp.MustCompile("^\\| ([^|]+) \\| ([^|]+) \\| `([^`|]+)` \\|$")
	for line := range strings.Lines(readText(t, filepath.Join(root, filepath.FromSlash(glossaryPage)))) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "|") {
			continue
		}
		if m := row.FindStringSubmatch(line); m != nil {
			out = append(out, entry{strings.Split(m[1], ", "), m[2], m[3]})
		} else if line != "| word | meaning | where |" && line != "|---|---|---|" {
			t.Errorf("%s: not a row of word, meaning and one path: %s", glossaryPage, line)
		}
	}
	return out
}

// TestGlossaryPaths: what the glossary points at exists and uses the word.
func TestGlossaryPaths(t *testing.T) {
	t.Parallel()
	for _, e := range glossary(t) {
		if !isFileOf(e.path) {
			t.Errorf("%s: %s does not exist", e.words[0], e.path)
			continue
		}
		e.checkUse(t)
	}
}

// checkUse looks for the words in the path's Go files, tests apart: a singular or a plural.
func (e entry) checkUse(t *testing.T) {
	t.Helper()
	files := []string{filepath.Join(root, filepath.FromSlash(e.path))}
	if info, err := os.Stat(files[0]); err == nil && info.IsDir() {
		files, _ = filepath.Glob(filepath.Join(files[0], "*.go"))
	}
	text := ""
	for _, f := range files {
		if !strings.HasSuffix(f, "_test.go") {
			text += readText(t, f)
		}
	}
	text = regexp.MustCompile(`\s+(//\s+)?`).ReplaceAllString(text, " ") // a word may go on in the next line
	for _, w := range e.words {
		if !regexp.MustCompile(`(?i)\b` + regexp.QuoteMeta(w) + `(s|es)?\b`).MatchString(text) {
			t.Errorf("no Go file of %s uses the word %q", e.path, w)
		}
	}
}

// TestGlossaryRows: in the order of the alphabet, no word twice, as many as the page says.
func TestGlossaryRows(t *testing.T) {
	t.Parallel()
	entries := glossary(t)
	if len(entries) != 30 {
		t.Errorf("%d entries, the page says thirty", len(entries))
	}
	var first []string
	seen := map[string]bool{}
	for _, e := range entries {
		first = append(first, e.words[0])
		for _, w := range e.words {
			if seen[w] {
				t.Errorf("%s stands twice", w)
			}
			seen[w] = true
		}
	}
	if !slices.IsSorted(first) {
		t.Errorf("not sorted: %q", first)
	}
}

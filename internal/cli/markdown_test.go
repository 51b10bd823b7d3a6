package cli

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// root is the project's folder as tests of this package see it.
const root = "../.."

// document is a Markdown file of the project, taken apart.
type document struct {
	name   string // from the project's folder, with slashes
	blocks []block
	prose  string   // without fenced blocks
	spans  []string // inline code of the prose
	links  []string // targets of links and pictures
}

// block is a fenced block of code.
type block struct {
	language, text string
	line           int // of its first line in the file
}

// documents are the Markdown files whose words are held to what the program does.
func documents(t *testing.T) []document {
	t.Helper()
	paths := []string{"README.md", "CONTRIBUTING.md"}
	pages, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil || len(pages) == 0 {
		t.Fatal("no pages in docs", err)
	}
	for _, p := range pages {
		paths = append(paths, "docs/"+filepath.Base(p))
	}
	var out []document
	for _, p := range paths {
		out = append(out, parseMarkdown(p, readText(t, filepath.Join(root, filepath.FromSlash(p)))))
	}
	return out
}

// parseMarkdown takes apart what these documents use of Markdown: fences of backticks, code spans,
// inline links and links by name.
func parseMarkdown(name, text string) document {
	d := document{name: name}
	var prose strings.Builder
	fence := ""
	for i, line := range strings.Split(text, "\n") {
		trimmed := strings.TrimSpace(line)
		switch {
		case fence == "" && strings.HasPrefix(trimmed, "```"):
			language := strings.TrimLeft(trimmed, "`")
			fence = strings.TrimSuffix(trimmed, language)
			d.blocks = append(d.blocks, block{language: strings.TrimSpace(language), line: i + 2})
		case fence != "" && trimmed == fence:
			fence = ""
		case fence != "":
			d.blocks[len(d.blocks)-1].text += line + "\n"
		default:
			prose.WriteString(line + "\n")
		}
	}
	d.prose = prose.String()
	spans := regexp.MustCompile("`[^`\n]+`")
	for _, s := range spans.FindAllString(d.prose, -1) {
		d.spans = append(d.spans, strings.Trim(s, "`"))
	}
	for _, m := range regexp.MustCompile(`(?m)\]\(([^)\s]+)\)|^\[[^\]]+\]: (\S+)$`).FindAllStringSubmatch(spans.ReplaceAllString(d.prose, "code"), -1) {
		d.links = append(d.links, m[1]+m[2])
	}
	return d
}

// commandLines are the commands of a shell block, without remarks.
func (b block) commandLines() []string {
	var out []string
	for line := range strings.Lines(b.text) {
		if line = strings.TrimSpace(regexp.MustCompile(`(^|\s)#.*`).ReplaceAllString(line, "")); line != "" {
			out = append(out, line)
		}
	}
	return out
}

func TestParseMarkdown(t *testing.T) {
	t.Parallel()
	d := parseMarkdown("x.md", "a `b c` [d `e](f)`](g.md)\n![p](q.png)\n```sh\nmake `x` # r\n# s\n\nls [h](i)\n```\n````toml\n```\n````\nend [r]\n\n[r]: s.md\n")
	if len(d.blocks) != 2 || d.blocks[0].language != "sh" || d.blocks[0].line != 4 || d.blocks[1].language != "toml" || d.blocks[1].text != "```\n" {
		t.Errorf("%+v", d.blocks)
	}
	if got := strings.Join(d.blocks[0].commandLines(), ";"); got != "make `x`;ls [h](i)" {
		t.Error(got)
	}
	if strings.Join(d.spans, ";") != "b c;e](f)" || strings.Join(d.links, ";") != "g.md;q.png;s.md" || strings.Contains(d.prose, "make") {
		t.Errorf("%q, %q", d.spans, d.links)
	}
}

package table

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestLaTeXEscapes(t *testing.T) {
	got := hostile().LaTeX()
	for _, want := range []string{
		`\caption{a \& b \textless{}c\textgreater{} 50 \%}`, `\label{tab:hostile}`, `\begin{tabular}{lrrl}`, `\shortstack[r]{unique@0.025\_x\\\% $\uparrow$}`,
		`a\textbar{}b c *d* \textless{}i\textgreater{}\textsuperscript{1,2} & 98.2 [96.0, 99.2] & 0.12 & -- \\`, "\n{}[x](y)", "\n{}*", `\$it\$`, `{\ttfamily U+6F22} $\varepsilon$`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, "hidden") || strings.ContainsRune(got, '\x1b') {
		t.Errorf("in\n%s", got)
	}
}

// Whatever the texts are, the table compiles: with each printable character of Latin scripts too.
func TestLaTeXCompiles(t *testing.T) {
	page := hostile()
	all := ""
	for r := ' '; r < 0x500; r++ {
		all += string(r)
		if len(all) > 60 {
			page.Rows = append(page.Rows, []Value{{Text: all}, {Text: Undefined}, {Text: ""}, {Text: all}, {}})
			all = ""
		}
	}
	for r := range glyphs {
		all += string(r)
	}
	page.General = append(page.General, all)
	Compile(t, page.LaTeX())
}

// Compile sets LaTeX sources in one document, and skips the test where pdflatex is not installed.
func Compile(t *testing.T, sources ...string) {
	t.Helper()
	if _, err := exec.LookPath("pdflatex"); err != nil {
		t.Skip("pdflatex is not installed")
	}
	dir := t.TempDir()
	text := "\\documentclass{article}\n\\usepackage{booktabs,graphicx}\n\\begin{document}\n" + strings.Join(sources, "\\clearpage\n") + "\\end{document}\n"
	if err := os.WriteFile(filepath.Join(dir, "all.tex"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), "pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex")
	c.Dir = dir
	if out, err := c.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

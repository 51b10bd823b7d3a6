// Package pdflatex lets tests set LaTeX sources, where pdfLaTeX is installed.
package pdflatex

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Compile sets the sources in one document, a page each, and fails the test where pdfLaTeX does. It
// skips the test where that is not installed.
func Compile(t testing.TB, sources ...string) {
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

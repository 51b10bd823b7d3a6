package table

import (
	"strings"
	"testing"

	"protobench/reports/table/pdflatex"
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
	pdflatex.Compile(t, page.LaTeX())
}

package table

import (
	"fmt"
	"strings"
	"unicode"
)

// LaTeX writes the table as a float of its own, for papers that load booktabs and graphicx: caption,
// label tab:NAME, and the footnotes below. Where it is wider than the line it is scaled down to it.
// All text is escaped; a character that pdfLaTeX has no glyph for stands there as its code point.
func (t *Table) LaTeX() string {
	t = t.shown()
	var b strings.Builder
	b.WriteString("% needs \\usepackage{booktabs,graphicx}\n\\begin{table}\n\\centering\n")
	if text := strings.TrimSpace(t.Caption + " " + t.Entries); text != "" {
		fmt.Fprintf(&b, "\\caption{%s}\n", escapeLaTeX(text))
	}
	if t.Name != "" {
		fmt.Fprintf(&b, "\\label{tab:%s}\n", strings.ReplaceAll(t.Name, "_", "-"))
	}
	b.WriteString("\\sbox0{%\n\\begin{tabular}{" + t.alignment() + "}\n\\toprule\n" + t.headLaTeX() + " \\\\\n\\midrule\n")
	for _, row := range t.Rows {
		b.WriteString(rowLaTeX(row) + " \\\\\n")
	}
	b.WriteString("\\bottomrule\n\\end{tabular}}%\n\\ifdim\\wd0>\\linewidth\\resizebox{\\linewidth}{!}{\\usebox0}\\else\\usebox0\\fi\n")
	b.WriteString(t.notesLaTeX())
	b.WriteString("\\end{table}\n")
	return b.String()
}

func (t *Table) alignment() string {
	out := ""
	for _, c := range t.Columns {
		if c.Text {
			out += "l"
		} else {
			out += "r"
		}
	}
	return out
}

// headLaTeX sets units and directions below the names, which keeps columns narrow.
func (t *Table) headLaTeX() string {
	var out []string
	for _, c := range t.Columns {
		name, below := escapeLaTeX(c.Name), escapeLaTeX(strings.TrimSpace(c.Unit+" "+c.Better.Arrow()))
		switch {
		case below == "":
			out = append(out, name)
		case c.Text:
			out = append(out, fmt.Sprintf("\\shortstack[l]{%s\\\\%s}", name, below))
		default:
			out = append(out, fmt.Sprintf("\\shortstack[r]{%s\\\\%s}", name, below))
		}
	}
	return strings.Join(out, " & ")
}

// rowLaTeX are a row's entries. The first is kept from being taken for an option of the line break
// before it.
func rowLaTeX(row []Value) string {
	var out []string
	for i, v := range row {
		s := escapeLaTeX(v.Text + v.Aside)
		if i == 0 && (strings.HasPrefix(s, "[") || strings.HasPrefix(s, "*")) {
			s = "{}" + s
		}
		for j, m := range v.Marks {
			if j == 0 {
				s += "\\textsuperscript{"
			} else {
				s += ","
			}
			s += fmt.Sprint(m)
		}
		if len(v.Marks) > 0 {
			s += "}"
		}
		out = append(out, s)
	}
	return strings.Join(out, " & ")
}

func (t *Table) notesLaTeX() string {
	var lines []string
	for i, n := range t.Notes {
		lines = append(lines, fmt.Sprintf("\\textsuperscript{%d}\\,%s", i+1, escapeLaTeX(n)))
	}
	for _, n := range t.General {
		lines = append(lines, escapeLaTeX(n))
	}
	if len(lines) == 0 {
		return ""
	}
	return "\\par\\smallskip\\begin{minipage}{\\linewidth}\\footnotesize\n" + strings.Join(lines, "\\par\n") + "\n\\end{minipage}\n"
}

// glyphs are the characters of tables and captions that pdfLaTeX wants by name.
var glyphs = map[rune]string{
	'\\': `\textbackslash{}`, '{': `\{`, '}': `\}`, '$': `\$`, '&': `\&`, '#': `\#`, '%': `\%`, '_': `\_`, '^': `\textasciicircum{}`, '~': `\textasciitilde{}`,
	'<': `\textless{}`, '>': `\textgreater{}`, '|': `\textbar{}`, '"': `''`,
	'±': `$\pm$`, '×': `$\times$`, '−': `$-$`, '·': `$\cdot$`, '≥': `$\geq$`, '≤': `$\leq$`, '→': `$\rightarrow$`, '↑': `$\uparrow$`, '↓': `$\downarrow$`, '√': `$\surd$`, '°': `$^\circ$`,
	'Δ': `$\Delta$`, 'ε': `$\varepsilon$`, 'τ': `$\tau$`, 'σ': `$\sigma$`, 'µ': `$\mu$`, 'μ': `$\mu$`, 'α': `$\alpha$`, 'λ': `$\lambda$`, 'κ': `$\kappa$`, 'π': `$\pi$`,
	'–': `--`, '—': `---`, '“': "``", '”': "''", '‘': "`", '’': "'", '…': `\dots{}`, '\u00a0': `~`, '\u2009': `\,`,
	'²': `$^2$`, '³': `$^3$`, '¹': `$^1$`, 'ⁿ': `$^n$`, '∞': `$\infty$`, '≈': `$\approx$`, '∈': `$\in$`, '∩': `$\cap$`,
}

// unset are the letters of Latin scripts below U+0180 that LaTeX's default fonts lack.
const unset = "ªºÐÞðþĄąĐđĘęĦħĮįĸĿŀŉŊŋŦŧŲųſ"

// escapeLaTeX keeps foreign text from being a command, and pdfLaTeX from meeting what it cannot set.
func escapeLaTeX(s string) string {
	var b strings.Builder
	for _, r := range Plain(s) {
		named, ok := glyphs[r]
		switch {
		case ok:
			b.WriteString(named)
		case r < 128, r < 0x180 && unicode.IsLetter(r) && !strings.ContainsRune(unset, r):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, "{\\ttfamily U+%04X}", r)
		}
	}
	return b.String()
}

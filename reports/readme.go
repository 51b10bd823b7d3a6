package reports

import (
	"fmt"
	"strings"

	"protobench/reports/table"
)

// page collects the report's Markdown.
type page struct {
	b    strings.Builder
	said string // what the last table said of its entries
	err  error
}

func (p *page) line(format string, args ...any) { fmt.Fprintf(&p.b, format+"\n", args...) }

func (p *page) heading(text string) { p.line("\n## %s\n", text) }

// table writes a table below its caption, or its notes alone where it has no rows.
func (p *page) table(t *table.Table) {
	if len(t.Rows) == 0 {
		for _, n := range t.General {
			p.line("%s", table.EscapeMarkdown(n))
		}
		return
	}
	p.line("%s\n", table.EscapeMarkdown(p.once(t)))
	text, err := t.Markdown()
	if err != nil && p.err == nil {
		p.err = err
	}
	p.b.WriteString(text)
}

// once is a table's caption, with what its entries are where no table above said so.
func (p *page) once(t *table.Table) string {
	if t.Entries == "" || t.Entries == p.said {
		return t.Caption
	}
	p.said = t.Entries
	return t.Caption + " " + t.Entries
}

// section writes a table under a heading; nothing where there is nothing to say. The text before
// the table says what its caption does not.
func (p *page) section(heading, text string, t *table.Table) {
	if len(t.Rows)+len(t.General) == 0 {
		return
	}
	p.heading(heading)
	if text != "" {
		p.line("%s\n", text)
	}
	p.table(t)
}

// readme writes the whole page.
func (s *sweep) readme(figures []figure, all tables) (string, error) {
	p := &page{}
	p.line("# %s", table.EscapeMarkdown(s.plan.Name))
	if s.plan.Question != "" {
		p.line("\n**Question.** %s", table.EscapeMarkdown(s.plan.Question))
	}
	if s.plan.Note != "" {
		p.line("\n**Note.** %s", table.EscapeMarkdown(s.plan.Note))
	}
	p.section("Findings", "[findings.md](findings.md) has the rules by which they are judged, and reasons.", all.findings)
	p.heading("How it was run")
	for _, line := range s.setup() {
		p.line("- %s", line)
	}
	p.section("Arms", "Observers start from random unit vectors and are never re-seeded, whatever their arm's row says.", all.arms)
	p.section("Settings", "", all.settings)
	results(p, all)
	s.pictures(p, figures, all.epsilon)
	p.heading("Provenance")
	for _, line := range s.provenanceLines() {
		p.line("%s", line)
	}
	s.leftOut(p)
	p.heading("What the columns mean")
	p.b.WriteString(s.definitions())
	return p.b.String(), p.err
}

// results writes the tables: first what was declared, then what describes.
func results(p *page, all tables) {
	p.section("Results", "Every number is from the last epoch.", all.main)
	p.section("Declared endpoints", "Whatever is not listed here was not declared before the runs and is description, not test.", all.comparisons)
	p.section("Ranks", "", all.ranks)
	p.section("Over all settings", "", all.across)
	p.section("Help and decoupling", "This table is description, not a declared test. Joint and decoupled arms without help and with all of it (a centred embedding, a start from data, re-seeding) make a 2 × 2. "+
		"A main effect is a factor's mean effect over both levels of the other one; the interaction is how much decoupling does with help, less what it does without. n counts the seeds at which all four arms ended.", all.factorial)
	p.section("Matched settings", "This table is description, not a declared test. It pairs each arm whose prototypes do not follow the loss with the joint arm of its objective that has the same embedding, regularizers, prototypes.init and prototypes.reseed, at equal axes and seed. "+
		"What is left between the two is how the prototypes are learned, and the settings in the last column.", all.matched)
	p.section("Observers", "An observer starts from random unit vectors and is never re-seeded, so a shadow (an observer that learns as the joint arm does) differs from the plain joint arm in who feeds the encoder, and in its host's embedding, alone. "+
		"The plain arm's own row stands below each shadow. If a shadow loses its prototypes as well, the loss alone explains the collapse and the way back to the encoder is not needed.", all.observers)
	p.section("Features", "", all.features)
	p.section("Geometry", "", all.geometry)
	p.section("Runs that did not end well", "", all.failures)
}

// leftOut lists the cells on disk that the plan does not name.
func (s *sweep) leftOut(p *page) {
	if len(s.unplanned) == 0 {
		return
	}
	p.heading("Cells left out")
	p.line("These are on disk, but the present plan does not name them; they are in no table and no figure.\n")
	for _, name := range s.unplanned {
		p.line("- %s", table.EscapeMarkdown(name))
	}
}

// pictures writes the figures with their captions.
func (s *sweep) pictures(p *page, figures []figure, epsilon *table.Table) {
	p.heading("Figures")
	n := 0
	for _, f := range figures {
		if f.Draw == nil && f.Optional && !f.kept {
			continue
		}
		if n++; n > 1 {
			p.line("")
		}
		if f.Draw == nil && !f.kept {
			p.line("**%s.** Not drawn: %s.", f.Title, f.Why())
			continue
		}
		p.line("![%s](figures/%s.png)\n", f.Title, f.Name)
		p.line("**Figure %d. %s.** %s%s", n, f.Title, f.Caption, f.state())
		if f.Name == "unique_vs_epsilon" {
			p.line("")
			p.table(epsilon)
		}
	}
}

package reports

import (
	"fmt"
	"strings"

	"protobench/reports/table"
)

// page collects the report's Markdown.
type page struct {
	b   strings.Builder
	err error
}

func (p *page) line(format string, args ...any) { fmt.Fprintf(&p.b, format+"\n", args...) }

func (p *page) heading(text string) { p.line("\n## %s\n", text) }

// table writes a table, or a sentence when it has no rows.
func (p *page) table(t *table.Table, empty string) {
	if len(t.Rows) == 0 {
		p.line("%s", empty)
		return
	}
	text, err := t.Markdown()
	if err != nil && p.err == nil {
		p.err = err
	}
	p.b.WriteString(text)
}

// readme writes the whole page.
func (s *sweep) readme(figures []figure, findings []finding) (string, error) {
	p := &page{}
	p.line("# %s", table.EscapeMarkdown(s.plan.Name))
	if s.plan.Question != "" {
		p.line("\n**Question.** %s", table.EscapeMarkdown(s.plan.Question))
	}
	if s.plan.Note != "" {
		p.line("\n**Note.** %s", table.EscapeMarkdown(s.plan.Note))
	}
	if len(findings) > 0 {
		p.heading("Findings")
		p.line("The sweep's predictions, judged by their rules over seeds: [findings.md](findings.md) has the rules and reasons.\n")
		p.table(findingTable(findings), "")
	}
	p.heading("How it was run")
	for _, line := range s.setup() {
		p.line("- %s", line)
	}
	s.composition(p)
	s.results(p)
	s.pictures(p, figures)
	p.heading("Provenance")
	for _, line := range s.provenanceLines() {
		p.line("%s", line)
	}
	s.leftOut(p)
	p.heading("What the columns mean")
	p.b.WriteString(s.definitions())
	return p.b.String(), p.err
}

// composition says in what the arms differ.
func (s *sweep) composition(p *page) {
	t := s.armTable()
	if len(t.Rows) == 0 {
		return
	}
	p.heading("Arms")
	p.line("What each arm is made of, and every setting in which arms differ; a dash marks what an arm does not read. " +
		"Settings that all arms share which read them stand above. Observers start from random unit vectors and are never re-seeded, whatever their arm's row says.\n")
	p.table(t, "")
}

// results writes the tables.
func (s *sweep) results(p *page) {
	p.heading("Results")
	p.line("Values are means over seeds ± half the width of the 95 %% t-interval; n is the number of seeds behind a row, and a row of one seed has no interval. " +
		"Δ is the mean paired difference to the baseline at equal seeds with its 95 %% t-interval, in the column's unit. " +
		"Every number is from the last epoch.\n")
	p.table(s.mainTable(), "No cell is planned.")
	p.heading("Declared endpoints")
	p.line("p is the exact two-sided sign-flip test on paired differences; Holm's correction runs over all rows of this table and over nothing else. " +
		"Whatever is not listed here was not declared before the runs and is description, not test.\n")
	p.table(s.comparisonTable(), "No arm has a baseline in this sweep, or no endpoint was declared.")
	s.beside(p)
	if t := s.failureTable(); len(t.Rows) > 0 {
		p.heading("Runs that did not end well")
		p.table(t, "")
	}
}

// beside writes the tables that describe: help and decoupling, matched settings, observers, features
// and geometry.
func (s *sweep) beside(p *page) {
	if t := s.factorialTable(); len(t.Rows) > 0 {
		p.heading("Help and decoupling")
		p.line("This table is description, not a declared test. Joint and decoupled arms without help and with all of it (a centred embedding, a start from data, re-seeding) make a 2 × 2. " +
			"A main effect is a factor's mean effect over both levels of the other one; the interaction is how much decoupling does with help, less what it does without. Entries are means over n seeds at which all four arms ended, with 95 %% t-intervals.\n")
		p.table(t, "")
	}
	if t := s.matchedTable(); len(t.Rows) > 0 || len(t.General) > 0 {
		p.heading("Matched settings")
		p.line("This table is description, not a declared test. It pairs each arm whose prototypes do not follow the loss with the joint arm of its objective that has the same embedding, regularizers, prototypes.init and prototypes.reseed, at equal axes and seed. " +
			"What is left between the two is how the prototypes are learned, and the settings in the last column. Entries are mean paired differences (arm minus joint arm) with 95 %% t-intervals; n is the number of paired seeds.\n")
		p.table(t, "No arm has such a partner."+t.Footnotes("\n\n", table.EscapeMarkdown))
	}
	if t := s.observerTable(); len(t.Rows) > 0 {
		p.heading("Observers")
		p.line("An observer learns on the same embeddings as the arm's own learner and feeds nothing back. It starts from random unit vectors and is never re-seeded, so a shadow (an observer that learns as the joint arm does) differs from the plain joint arm in who feeds the encoder, and in its host's embedding, alone. " +
			"The plain arm's own row stands below each shadow. If a shadow loses its prototypes as well, the loss alone explains the collapse and the way back to the encoder is not needed.\n")
		p.table(t, "")
	}
	if f, g := s.featureTable(), s.geometryTable(); len(f.Rows)+len(g.Rows) > 0 {
		p.heading("Features and geometry")
		p.table(f, "No run has measured features.")
		p.line("")
		p.table(g, "No run has measured prototypes.")
	}
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
func (s *sweep) pictures(p *page, figures []figure) {
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
			p.table(s.epsilonTable(), "")
		}
	}
}

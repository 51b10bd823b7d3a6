package reports

import (
	"fmt"
	"strings"
)

// page collects the report's Markdown.
type page struct {
	b   strings.Builder
	err error
}

func (p *page) line(format string, args ...any) { fmt.Fprintf(&p.b, format+"\n", args...) }

func (p *page) heading(text string) { p.line("\n## %s\n", text) }

// table writes a table, or a sentence when it has no rows.
func (p *page) table(t *Table, empty string) {
	if len(t.Rows) == 0 {
		p.line("%s", empty)
		return
	}
	text, err := t.markdown()
	if err != nil && p.err == nil {
		p.err = err
	}
	p.b.WriteString(text)
}

// readme writes the whole page.
func (s *sweep) readme(figures []figure, baselines []randomBaseline) (string, error) {
	p := &page{}
	p.line("# %s", escapeMarkdown(s.plan.Name))
	if s.plan.Question != "" {
		p.line("\n**Question.** %s", escapeMarkdown(s.plan.Question))
	}
	p.heading("How it was run")
	setup, err := s.setup()
	if err != nil {
		return "", err
	}
	for _, line := range setup {
		p.line("- %s", line)
	}
	s.results(p)
	s.pictures(p, figures, baselines)
	p.heading("Provenance")
	for _, line := range s.provenanceLines() {
		p.line("%s", line)
	}
	s.leftOut(p)
	p.heading("What the columns mean")
	p.b.WriteString(definitions)
	return p.b.String(), p.err
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
	if t := s.observerTable(); len(t.Rows) > 0 {
		p.heading("Observers")
		p.line("An observer learns on the same embeddings as the arm's own learner and feeds nothing back. " +
			"If a joint-loss observer beside a frozen or decoupled learner loses its prototypes too, the loss alone explains the collapse and the way back to the encoder is not needed.\n")
		p.table(t, "")
	}
	if t := s.failureTable(); len(t.Rows) > 0 {
		p.heading("Runs that did not end well")
		p.table(t, "")
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
		p.line("- %s", escapeMarkdown(name))
	}
}

// pictures writes the figures with their captions.
func (s *sweep) pictures(p *page, figures []figure, baselines []randomBaseline) {
	p.heading("Figures")
	for i, f := range figures {
		if i > 0 {
			p.line("")
		}
		if f.draw == nil {
			p.line("**%s.** Not drawn: %s.", f.title, f.missing)
			continue
		}
		p.line("![%s](figures/%s.png)\n", f.title, f.name)
		p.line("**Figure %d. %s.** %s", i+1, f.title, f.caption)
		if f.name == "unique_vs_epsilon" {
			p.line("")
			p.table(s.epsilonTable(baselines), "")
		}
	}
}

const definitions = `- **unique@ε**: prototypes that remain when, in index order, each one that no earlier remaining one covers at cosine distance below ε is kept; on effective prototypes, in % of K. Low values are partial collapse.
- **unique-centred@ε**: the same after the prototypes' mean is taken off and they are normalised again. A common offset shrinks all distances without changing any softmax; where this column is high and unique@ε low, the loss of uniqueness is only such an offset.
- **live-unique@ε**: unique@ε among live prototypes alone, those with at least max(1, 5 % of n/K) of the n training images. It is the headline: a dead prototype is unique and useless.
- **dead**: share of prototypes that are not live.
- **usage-perplexity**: exp of the entropy of training images over prototypes; K when all are used alike, 1 at total collapse.
- **grouped-perplexity**: the same over groups of duplicates (ε 0.025), that is the effective number of distinct prototypes in use. It needs no threshold on usage.
- **displacement**: mean cosine distance of a prototype from its start. Near 0 a perfect unique@ε says only that nothing moved.
- **linear@backbone.teacher**: test accuracy of multinomial logistic regression on standardised frozen features of the EMA teacher; the L2 penalty is chosen on a hold-out of train and the fit repeated on all of train.
- **knn20_t0.07@backbone.teacher**: test accuracy of 20 nearest neighbours by cosine with votes exp(cos/0.07) on the same features.
- **ms / step**: median wall time of a training step, mean over seeds. It depends on the machine and on what else ran.
- **outcome**: how many of the ended runs collapsed totally, diverged or failed. Collapsed runs stay in the means; the others have no final metrics.
- **frozen** arms hold random unit vectors and are unique by construction; **pixels**, **untrained** and **supervised** are the accuracies of raw pixels, of the encoder before training and of the encoder trained on labels.
`

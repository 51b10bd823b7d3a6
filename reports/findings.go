package reports

import (
	"fmt"
	"os"
	"path/filepath"

	"protobench/harness/store"
	"protobench/reports/claim"
	"protobench/reports/quantity"
	"protobench/reports/table"
	"protobench/stats"
)

// Explanation is what a sweep's claims came to.
type Explanation struct {
	Path     string       `json:"path"`     // of findings.md
	Question string       `json:"question"` // the sweep's
	Planned  int          `json:"planned"`  // cells
	Done     int          `json:"done"`     // of them, with a result that is not a failure
	Findings []Finding    `json:"findings"`
	Table    *table.Table `json:"-"` // its short form
}

// Finding is a claim with its verdict. Numbers are in the tables' unit; those that are undefined are
// null in JSON.
type Finding struct {
	Name       string   `json:"name"`
	Says       string   `json:"says"`
	Metric     string   `json:"metric"`
	Contrast   string   `json:"contrast"`
	Expected   string   `json:"expected"`
	N          int      `json:"n"`                    // paired seeds
	Collapsed  int      `json:"collapsed_runs"`       // totally, so that the metric misleads in them: left out with their seeds where nothing says
	CountedAs  *float64 `json:"counted_as,omitempty"` // what they count as
	Mean       *float64 `json:"mean"`
	Low        *float64 `json:"low"`  // of the 95 % t-interval
	High       *float64 `json:"high"` // of the 95 % t-interval
	P          *float64 `json:"p"`
	Holm       *float64 `json:"p_holm"`
	Detectable *float64 `json:"detectable"` // the difference that the design finds in four of five experiments
	Verdict    string   `json:"verdict"`
	Because    string   `json:"because"`
}

// Explain judges the claims of a run directory by its results and writes report/findings.md.
// Errors name the file; a sweep without claims is one.
func Explain(dir string) (Explanation, error) {
	s, err := loadPlain(dir)
	if err != nil {
		return Explanation{}, err
	}
	if len(s.plan.Claims) == 0 {
		return Explanation{}, fmt.Errorf("%s: its sweep makes no claims; write [[claim]] tables (protobench list keys) and run it again with --out %s, which keeps every finished cell", dir, dir)
	}
	all, err := s.findings()
	if err != nil {
		return Explanation{}, err
	}
	path, err := s.writeFindings(all)
	if err != nil {
		return Explanation{}, err
	}
	out := Explanation{Path: path, Question: s.plan.Question}
	out.Planned, out.Done, _ = s.tally()
	for _, f := range all {
		out.Findings = append(out.Findings, f.public())
	}
	out.Table = findingTable(all).Brief()
	return out, nil
}

// writeFindings writes findings.md and returns its path.
func (s *sweep) writeFindings(all []finding) (string, error) {
	text, err := s.findingsPage(all)
	if err != nil {
		return "", err
	}
	path := filepath.Join(s.dir.Report(), "findings.md")
	if err := os.MkdirAll(s.dir.Report(), 0o755); err != nil {
		return "", fmt.Errorf("report folder %s: cannot be written (%w)", s.dir.Report(), err)
	}
	return path, store.WriteFile(path, []byte(text))
}

// findingsPage is the page of all claims.
func (s *sweep) findingsPage(all []finding) (string, error) {
	p := &page{}
	p.line("# %s: findings", table.EscapeMarkdown(s.plan.Name))
	if s.plan.Question != "" {
		p.line("\n**Question.** %s", table.EscapeMarkdown(s.plan.Question))
	}
	if planned, done, failed := s.tally(); done < planned {
		p.line("\n**Not finished:** %d of %d cells have a result, %d failed. What follows rests on those.", done, planned, failed)
	}
	late, err := s.dir.ClaimsAfter()
	if err != nil {
		return "", err
	}
	if late {
		p.line("\n**Written later:** these claims were written or changed after the sweep was first planned, when results may have been known.")
	}
	p.heading("Verdicts")
	p.table(findingTable(all))
	p.heading("What was predicted and what was measured")
	for _, f := range all {
		p.line("- **%s: %s.** %s %s of %s: %s (n = %d), expected %s; %s.", table.EscapeMarkdown(f.claim.Name), f.verdict, table.EscapeMarkdown(f.claim.Says),
			table.EscapeMarkdown(claim.Measured(f.claim)), table.EscapeMarkdown(claim.Formula(f.claim)), f.measure.Signed(f.estimate, f.estimate.N), f.estimate.N, claim.Expected(f.claim), f.because())
	}
	p.heading("Rules")
	p.line(rules, len(all))
	return p.b.String(), p.err
}

// rules is how verdicts come about, with the number of claims to fill in.
const rules = "Verdicts are computed from the results, by rules that stand in the sweep. The contrast is taken at each seed at which all of its arms ended (axes that a claim does not name are averaged over; a run that collapsed totally has no value in a metric that misleads there, unless the claim says what it counts as), " +
	"and summarised by its mean with the 95 %% t-interval; p is the exact two-sided sign-flip test's, adjusted by Holm over the %d claims of this sweep. " +
	"*Supported*: the mean is on the predicted side, at least as large as the smallest effect that matters, and p after Holm is below 0.05. *Not supported*: the whole interval falls short of that effect. " +
	"A claim that there is no effect is supported where the whole interval lies within ± that effect, and not supported where all of it lies beyond. Everything else is *undecided*. " +
	"“Detectable” is the true difference that as many seeds with the spread seen here find in four of five experiments, at the strictest level that Holm asks for; a dash says that they can find none."

func findingTable(all []finding) *table.Table {
	t := &table.Table{Name: "findings", Caption: "The sweep's predictions beside what was measured: mean contrasts at equal seeds with 95 % t-intervals, in the metric's unit.", Columns: []table.Column{
		{Name: "claim", CSV: "claim", Text: true, Brief: true}, table.Words("metric"), table.Words("contrast"),
		{Name: "expected", CSV: "expected", Text: true, Brief: true, Drop: 2}, {Name: "measured", CSV: "measured", Brief: true, Drop: 1}, {Name: "n", CSV: "n", Brief: true, Drop: 3},
		{Name: "p", CSV: "p"}, {Name: "p, Holm", CSV: "p_holm", Brief: true, Drop: 4}, {Name: "detectable", CSV: "detectable"}, {Name: "verdict", CSV: "verdict", Text: true, Brief: true},
	}}
	for _, f := range all {
		row := table.Texts(f.claim.Name, claim.Measured(f.claim), claim.Formula(f.claim), claim.Expected(f.claim))
		row = append(row, table.Value{Text: f.measure.Signed(f.estimate, f.estimate.N), Estimate: &f.estimate})
		row = append(row, table.Count(f.estimate.N), quantity.PValue(f.p), quantity.PValue(f.holm), table.Number(f.detectable(), f.power()))
		t.Rows = append(t.Rows, append(row, table.Texts(string(f.verdict))...))
	}
	return t
}

// public is the finding as other programs read it.
func (f finding) public() Finding {
	e := f.estimate
	return Finding{
		Name: f.claim.Name, Says: f.claim.Says, Metric: f.claim.Metric, Contrast: claim.Formula(f.claim), Expected: claim.Expected(f.claim), N: e.N, Collapsed: f.collapsed, CountedAs: f.claim.Collapsed,
		Mean: stats.Defined(e.Mean), Low: stats.Defined(e.Mean - e.Half), High: stats.Defined(e.Mean + e.Half), P: stats.Defined(f.p), Holm: stats.Defined(f.holm),
		Detectable: stats.Defined(f.detectable()), Verdict: string(f.verdict), Because: f.because(),
	}
}

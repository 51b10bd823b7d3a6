package reports

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"protobench/harness/store"
	"protobench/internal/durable"
	"protobench/metrics/metric"
	"protobench/reports/claim"
	reportfigure "protobench/reports/figure"
	htmlpage "protobench/reports/page"
	"protobench/reports/quantity"
	"protobench/reports/table"
	"protobench/stats"
)

// Pages makes the HTML pages of run directories, one after another, and remembers what it read of
// cells that have ended and what it drew of them, so that a page can be made again every few
// seconds. The zero value is ready; it may be used by several goroutines.
type Pages struct {
	mu    sync.Mutex
	ended map[string]htmlpage.Folder // by the cell's folder and when its result was written
	drawn map[string]figureSet       // by run directory
}

// figureSet are the figures of a run while the same cells have ended.
type figureSet struct {
	of  string
	all []htmlpage.Figure
}

// Live tells a page of a run that is at work.
type Live struct {
	Now   time.Time     // when the page is made
	Beat  time.Time     // the run's last sign of life
	Every time.Duration // the next page follows within this time
}

// Write makes report/index.html of a run directory anew; live is nil where no run is at work.
func (p *Pages) Write(dir string, live *Live) error {
	r, err := p.Page(dir, live)
	if err != nil {
		return err
	}
	return writePage(filepath.Join(dir, "report"), r)
}

// Page is the page of a run directory for a server to show.
func (p *Pages) Page(dir string, live *Live) (htmlpage.Report, error) {
	s, err := load(dir)
	if err != nil {
		return htmlpage.Report{}, err
	}
	pictures, err := p.figures(s)
	if err != nil {
		return htmlpage.Report{}, err
	}
	findings, err := s.findings()
	if err != nil {
		return htmlpage.Report{}, err
	}
	return s.page(p, pictures, findings, s.tables(findings), live)
}

// figures draws the pictures, once while the same cells have ended.
func (p *Pages) figures(s *sweep) ([]htmlpage.Figure, error) {
	of := s.endedCells()
	p.mu.Lock()
	before := p.drawn[s.dir.Path()]
	p.mu.Unlock()
	if before.of == of {
		return before.all, nil
	}
	figures, err := s.figures()
	if err != nil {
		return nil, err
	}
	made, err := s.pageFigures(figures)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.drawn == nil {
		p.drawn = map[string]figureSet{}
	}
	p.drawn[s.dir.Path()] = figureSet{of, made}
	return made, nil
}

// endedCells names the planned cells and, of those that have ended, when.
func (s *sweep) endedCells() string {
	var b strings.Builder
	for _, a := range s.arms {
		for _, r := range a.runs {
			b.WriteString(r.Dir.Path() + r.endedAt() + "\n")
		}
	}
	return b.String()
}

// endedAt is when the run's result was written; empty where there is none.
func (r run) endedAt() string {
	info, err := os.Stat(filepath.Join(r.Dir.Path(), "result.json"))
	if err != nil {
		return ""
	}
	return fmt.Sprint(" ", info.ModTime().UnixNano())
}

// writeIndex writes the page of a report whose figures are made.
func (s *sweep) writeIndex(figures []figure, findings []finding, all tables) error {
	pictures, err := s.pageFigures(figures)
	if err != nil {
		return err
	}
	r, err := s.page(&Pages{}, pictures, findings, all, nil)
	if err != nil {
		return err
	}
	return writePage(s.dir.Report(), r)
}

// writePage writes index.html into a report's folder.
func writePage(folder string, r htmlpage.Report) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("report folder %s: cannot be written (%w)", folder, err)
	}
	return durable.Replace(filepath.Join(folder, "index.html"), r.Write)
}

// page puts what the report knows into the order of the page.
func (s *sweep) page(p *Pages, pictures []htmlpage.Figure, findings []finding, all tables, live *Live) (htmlpage.Report, error) {
	late, err := s.dir.ClaimsAfter()
	if err != nil {
		return htmlpage.Report{}, err
	}
	r := htmlpage.Report{
		Name: s.plan.Name, Question: s.plan.Question, Note: s.plan.Note, Progress: s.progress(live), Figures: pictures, Late: late,
		Results: all.first(), More: all.others(), Setup: s.setup(), Origin: plainLines(s.provenanceLines()...), Columns: plainLines(strings.Split(s.definitions(), "\n")...),
		Overview: htmlpage.Section{Title: "Cells", Table: s.overview()}, Cells: s.cells(p),
	}
	for _, f := range findings {
		r.Findings = append(r.Findings, f.onPage())
	}
	if len(findings) > 0 {
		r.Judging = fmt.Sprintf(rules, len(findings))
	}
	return r, nil
}

// plainLines takes the bullets off lines and leaves empty ones away.
func plainLines(lines ...string) []string {
	var out []string
	for _, l := range lines {
		if l = strings.TrimSpace(strings.TrimPrefix(l, "- ")); l != "" {
			out = append(out, l)
		}
	}
	return out
}

func (s *sweep) progress(live *Live) htmlpage.Progress {
	var out htmlpage.Progress
	out.Planned, out.Done, out.Failed = s.tally()
	for _, a := range s.arms {
		for _, r := range a.runs {
			switch r.Result.Outcome.Status {
			case store.Collapsed:
				out.Collapsed++
			case store.Diverged:
				out.Diverged++
			}
		}
	}
	if live != nil {
		out.Running, out.Written, out.Beat, out.Every = true, live.Now, live.Beat, live.Every
	}
	return out
}

// onPage is the finding with its interval beside the range that was expected.
func (f finding) onPage() htmlpage.Finding {
	e := f.estimate
	low, high := e.Interval()
	out := htmlpage.Finding{
		Name: f.claim.Name, Says: f.claim.Says, Verdict: string(f.verdict), Because: f.because(), Quantity: claim.Measured(f.claim), Contrast: claim.Formula(f.claim),
		Measured: f.measure.Signed(e, e.N), Expected: claim.Expected(f.claim), N: e.N, P: quantity.P(f.p), Holm: quantity.P(f.holm),
		Interval: htmlpage.Interval{Mean: e.Mean, Low: low, High: high},
	}
	switch effect := f.claim.Effect; f.claim.Direction {
	case stats.None:
		out.Interval.From, out.Interval.To = -effect, effect
	case stats.More:
		out.Interval.From, out.Interval.To = effect, math.Inf(1)
	default:
		out.Interval.From, out.Interval.To = math.Inf(-1), -effect
	}
	return out
}

// first are the tables that stand open.
func (t tables) first() []htmlpage.Section {
	return []htmlpage.Section{
		{Title: "All arms", Table: t.main}, {Title: "Declared endpoints", Table: t.comparisons}, {Title: "Ranks", Table: t.ranks},
		{Title: "Runs that did not end well", Table: t.failures}, {Title: "What arms are made of", Table: t.arms, Differ: true},
	}
}

// others are those that stand folded.
func (t tables) others() []htmlpage.Section {
	return []htmlpage.Section{
		{Title: "Settings", Table: t.settings}, {Title: "Over all settings", Table: t.across}, {Title: "Help and decoupling", Table: t.factorial},
		{Title: "Matched settings", Table: t.matched}, {Title: "Observers", Table: t.observers}, {Title: "Features", Table: t.features},
		{Title: "Geometry of the prototypes", Table: t.geometry}, {Title: "Unique and live unique prototypes at each ε", Table: t.epsilon},
	}
}

// pageFigures are the pictures, drawn anew or kept from an earlier report.
func (s *sweep) pageFigures(figures []figure) ([]htmlpage.Figure, error) {
	var out []htmlpage.Figure
	for _, f := range figures {
		kept := s.keptPicture(&f)
		f.kept = kept != nil
		shown := htmlpage.Figure{Name: f.Name, Title: f.Title, Caption: f.Caption, Alt: f.Alt, SVG: kept, State: strings.TrimSpace(f.state())}
		switch {
		case f.kept:
		case f.Draw == nil && f.Optional:
			continue
		case f.Draw == nil:
			shown.State = "Not drawn: " + f.Why() + "."
		default:
			var err error
			if shown.SVG, err = f.drawing(); err != nil {
				return nil, err
			}
			if shown.PNG, err = f.image(len(shown.SVG)); err != nil {
				return nil, err
			}
		}
		out = append(out, shown)
	}
	return out, nil
}

// keptPicture reads an earlier report's drawing of a figure that there is less to draw of now; nil
// where there is none. A link that leads out of the report's folder is none.
func (s *sweep) keptPicture(f *figure) []byte {
	if f.saved != "" || f.Draw != nil && f.Short == "" {
		return nil
	}
	root, err := os.OpenRoot(s.dir.Report())
	if err != nil {
		return nil // there is no earlier report
	}
	defer func() { _ = root.Close() }() // nothing was written
	b, err := root.ReadFile(filepath.Join("figures", f.Name+".svg"))
	if err != nil {
		return nil
	}
	return b
}

// overview has a row per cell, in the order of cells.
func (s *sweep) overview() *table.Table {
	measures := s.measured(metric.BriefTable)
	t := &table.Table{Caption: "One row a training.", Columns: []table.Column{
		{Name: "arm", CSV: "arm", Text: true, Brief: true}, {Name: "seed", CSV: "seed", Brief: true}, {Name: "outcome", CSV: "outcome", Text: true, Brief: true}, {Name: "epoch", CSV: "epoch"},
	}}
	for _, m := range measures {
		c := m.Column()
		c.Brief = true
		t.Columns = append(t.Columns, c)
	}
	t.Columns = append(t.Columns, table.Column{Name: "train", Unit: "s", CSV: "train_s", Brief: true}, table.Column{Name: "step", Unit: "ms", CSV: "step_ms"})
	for _, a := range s.arms {
		for _, r := range a.runs {
			seed, epoch, took := r.cell().Seed, r.Result.Outcome.Epoch, r.Result.Timing
			row := []table.Value{{Text: a.label}, table.Number(float64(seed), fmt.Sprint(seed)), {Text: r.state()}, table.Count(epoch)}
			for _, m := range measures {
				row = append(row, m.plain(r))
			}
			t.Rows = append(t.Rows, append(row, duration(took.TrainS, "%.0f"), duration(took.StepMSMedian, "%.1f")))
		}
	}
	return t
}

func (r run) state() string {
	switch r.State {
	case store.Missing:
		return "not begun"
	case store.Partial:
		return "begun"
	}
	return r.Result.Outcome.Status
}

// plain is one run's value without an interval.
func (m measure) plain(r run) table.Value {
	v := m.in(r, "")
	if r.State != store.Done || math.IsNaN(v) {
		return table.Value{Text: undefined}
	}
	return table.Number(v, m.Number(v))
}

// duration is a time; one that was not taken is undefined.
func duration(v float64, format string) table.Value {
	if v <= 0 || math.IsNaN(v) {
		return table.Value{Text: undefined}
	}
	return table.Number(v, fmt.Sprintf(format, v))
}

// cells are what opens behind rows and points.
func (s *sweep) cells(p *Pages) *htmlpage.Cells {
	out, looks := htmlpage.NewCells(), s.looks()
	for _, a := range s.arms {
		i := out.AddArm(a.onPage(looks[a]))
		for _, r := range a.runs {
			out.Add(i, r.CellState, p.folder(r, len(s.plan.Cells)))
		}
	}
	return out
}

// looks are how figures show the arms that they have.
func (s *sweep) looks() map[*arm]reportfigure.Look {
	out := map[*arm]reportfigure.Look{}
	all, trained := reportfigure.Looks(s.drawable()), s.trained()
	for i, a := range trained {
		out[a] = all[i]
	}
	return out
}

func (a *arm) onPage(look reportfigure.Look) htmlpage.Arm {
	c := a.cell
	out := htmlpage.Arm{Label: a.label, Legend: cmp.Or(look.Name, a.label), Color: "#808080", Settings: [][2]string{}, Parts: [][2]string{
		{"objective", c.Objective}, {"learner", c.Learner}, {"regularizers", listed(c.Regularizers)}, {"embedding", c.Embedding}, {"observers", listed(a.planned.Observers)},
	}}
	if c.Form != "" {
		out.Parts = append(out.Parts, [2]string{"form", c.Form})
	}
	if !a.reference {
		rgb := look.Color
		out.Color = fmt.Sprintf("#%02x%02x%02x", rgb.R, rgb.G, rgb.B)
	}
	for _, one := range a.planned.Settings {
		if one.Key != "data.path" {
			out.Settings = append(out.Settings, [2]string{one.Key, store.FormatAxis(one.Value)})
		}
	}
	return out
}

// folder reads what the page shows of the folder of one of so many cells: once where the cell has
// ended.
func (p *Pages) folder(r run, cells int) htmlpage.Folder {
	at := r.endedAt()
	switch {
	case r.State == store.Missing:
		return htmlpage.Folder{}
	case at == "":
		return htmlpage.Read(r.Dir, cells)
	}
	key := r.Dir.Path() + at
	p.mu.Lock()
	defer p.mu.Unlock()
	f, known := p.ended[key]
	if !known {
		f = htmlpage.Read(r.Dir, cells)
		if p.ended == nil {
			p.ended = map[string]htmlpage.Folder{}
		}
		p.ended[key] = f
	}
	return f
}

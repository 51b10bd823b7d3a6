package harness

import (
	"fmt"
	"slices"

	"protobench/datasets"
	"protobench/harness/cell"
	"protobench/harness/store"
	"protobench/harness/sweep"
	"protobench/internal/setting"
	"protobench/metrics"
)

// Plan is what a sweep will run.
type Plan struct {
	Sweep *sweep.Sweep
	Jobs  []cell.Job
}

// Catalogue is what sweeps may name: the parts of package methods, and the metrics that a result
// can have.
func Catalogue() sweep.Catalogue { return sweep.Methods(metrics.Keys()) }

// NewPlan reads the text of a sweep file, opens the data of every cell, checks the settings against
// them, and fixes the cells' identities. file names the sweep in errors. All that is wrong comes
// back in one *sweep.ConfigError.
func NewPlan(file, text string, c sweep.Catalogue, data *datasets.Library) (*Plan, error) {
	s, err := sweep.Check(file, text, c, data.Open)
	if err != nil {
		return nil, err
	}
	p := &Plan{Sweep: s}
	folders := map[string]string{}
	for _, c := range s.Cells {
		j := cell.NewJob(c)
		if dir, twin := folders[j.Hash]; twin {
			j.Dir = dir // equal numbers are one cell on disk, whatever its arms are called
		}
		folders[j.Hash] = j.Dir
		p.Jobs = append(p.Jobs, j)
	}
	return p, nil
}

// Distinct leaves out the jobs that have an earlier one's numbers: arms that differ in their names
// alone are trained once.
func Distinct(jobs []cell.Job) []cell.Job {
	seen := map[string]bool{}
	return slices.DeleteFunc(slices.Clone(jobs), func(j cell.Job) bool {
		twin := seen[j.Dir]
		seen[j.Dir] = true
		return twin
	})
}

// storedClaim is a claim as files hold it.
func storedClaim(c sweep.Claim) store.Claim {
	out := store.Claim{
		Name: c.Name, Says: c.Says, Metric: c.Metric, Where: c.Where, Slope: c.Slope, Step: c.Step, PerLog2: c.PerLog2, Against: c.Against, Collapsed: c.Collapsed, Hypothesis: c.Hypothesis,
	}
	for _, t := range c.Contrast {
		out.Contrast = append(out.Contrast, store.ClaimTerm(t))
	}
	return out
}

// Record is the plan as plan.json holds it.
func (p *Plan) Record() store.Plan {
	s := p.Sweep
	r := store.Plan{Schema: store.SchemaVersion, Name: s.Name, Question: s.Question, Note: s.Note, Baseline: s.Baseline, Searched: s.Searched, Primary: s.Primary, Sweep: s.Text}
	for _, c := range s.Claims {
		r.Claims = append(r.Claims, storedClaim(c))
	}
	for i := range p.Jobs {
		r.Cells = append(r.Cells, p.Jobs[i].Record(s.Name))
	}
	return r
}

// Select returns the jobs that a filter matches; none is an error that says what there is.
func (p *Plan) Select(f sweep.Filter) ([]cell.Job, error) {
	var chosen []cell.Job
	cells := make([]*sweep.Cell, len(p.Jobs))
	for i := range p.Jobs {
		j := &p.Jobs[i]
		cells[i] = &j.Cell
		if f.Match(&j.Cell, j.Hash) {
			chosen = append(chosen, *j)
		}
	}
	if len(chosen) == 0 {
		return nil, fmt.Errorf("--only %q matches none of %d cells; %s", f, len(p.Jobs), f.Lacks(cells))
	}
	return chosen, nil
}

// Warning is what a reader of a method's numbers should know of its settings, or of its data.
type Warning struct {
	Method string // "" for a warning of data, which holds for all methods on them
	setting.Warning
}

// String says whose settings they are.
func (w Warning) String() string {
	if w.Method == "" {
		return w.Key + ": " + w.Text
	}
	return "method " + w.Method + ": " + w.Text
}

// Warnings lists the jobs' warnings, each once for a method.
func Warnings(jobs []cell.Job) []Warning {
	var out []Warning
	for i := range jobs {
		for _, one := range jobs[i].Cell.Warnings {
			w := Warning{jobs[i].Cell.Composition.Name, one}
			if one.Key == "data" {
				w.Method = ""
			}
			if !slices.Contains(out, w) {
				out = append(out, w)
			}
		}
	}
	return out
}

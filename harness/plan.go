package harness

import (
	"fmt"
	"slices"

	"protobench/harness/store"
	"protobench/harness/sweep"
	"protobench/internal/setting"
	"protobench/metrics"
)

// Numerics is the revision of everything that decides a number, see [sweep.Numerics].
const Numerics = sweep.Numerics

// Job is a planned cell: its settings, what identifies it and where its results go.
type Job struct {
	Cell sweep.Cell
	Hash string // hex SHA-256, see [sweep.Cell.Hash]
	Dir  string // folder under cells/
}

// Plan is what a sweep will run.
type Plan struct {
	Sweep *sweep.Sweep
	Jobs  []Job
}

// Catalogue is what sweeps may name: the parts of package methods, and the metrics that a result
// can have.
func Catalogue() sweep.Catalogue { return sweep.Methods(metrics.Keys()) }

// NewPlan reads the text of a sweep file, opens the data of every cell, checks the settings against
// them, and fixes the cells' identities. file names the sweep in errors. All that is wrong comes
// back in one *sweep.ConfigError.
func NewPlan(file, text string, c sweep.Catalogue, data *Library) (*Plan, error) {
	s, err := sweep.Check(file, text, c, data.Open)
	if err != nil {
		return nil, err
	}
	p := &Plan{Sweep: s}
	folders := map[string]string{}
	for _, cell := range s.Cells {
		j := newJob(cell)
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
func Distinct(jobs []Job) []Job {
	seen := map[string]bool{}
	return slices.DeleteFunc(slices.Clone(jobs), func(j Job) bool {
		twin := seen[j.Dir]
		seen[j.Dir] = true
		return twin
	})
}

func newJob(c sweep.Cell) Job {
	hash := c.Hash(c.Images.Fingerprint)
	return Job{Cell: c, Hash: hash, Dir: c.FolderName(hash)}
}

// Identity is the cell as results name it.
func (j *Job) Identity() store.Cell {
	c := j.Cell.Composition
	form := ""
	if j.Cell.Form == sweep.Faithful {
		form = sweep.Faithful
	}
	return store.Cell{
		Form: form, Method: c.Name, Objective: c.Objective, Learner: c.Learner, Regularizers: listed(c.Regularizers), Embedding: c.Embedding,
		Axes: j.Cell.Axes, Seed: j.Cell.Seed, Hash: j.Hash,
	}
}

// listed is never nil, so that JSON has a list.
func listed[T any](list []T) []T { return append([]T{}, list...) }

// record is the job as plan.json holds it; name is the sweep's.
func (j *Job) record(name string) store.PlanCell {
	c := &j.Cell
	return store.PlanCell{
		Cell: j.Identity(), Dir: j.Dir, Settings: settingsOf(c), Prototypes: c.Prototypes(), Observers: listed(c.Composition.Observers),
		Images: listed(c.Images.PerClass), Warnings: storedWarnings(c.Warnings), Config: c.TOML(name),
	}
}

// settingsOf are the values of the keys that a cell reads and that can change something of its
// images.
func settingsOf(c *sweep.Cell) store.Settings {
	out := store.Settings{}
	for _, k := range c.Named() {
		if c.SuitsImages(k) {
			out = append(out, store.Setting{Key: k.Path, Value: c.Settings.Get(k.Path)})
		}
	}
	return out
}

// storedWarnings are warnings of settings as files hold them.
func storedWarnings(warnings []setting.Warning) []store.Warning {
	out := make([]store.Warning, len(warnings))
	for i, w := range warnings {
		out[i] = store.Warning{Key: w.Key, Text: w.Text}
	}
	return out
}

// storedClaim is a claim as files hold it.
func storedClaim(c sweep.Claim) store.Claim {
	out := store.Claim{
		Name: c.Name, Says: c.Says, Metric: c.Metric, Where: c.Where, Slope: c.Slope, PerLog2: c.PerLog2, Against: c.Against, Hypothesis: c.Hypothesis,
	}
	for _, t := range c.Contrast {
		out.Contrast = append(out.Contrast, store.ClaimTerm(t))
	}
	return out
}

// Record is the plan as plan.json holds it.
func (p *Plan) Record() store.Plan {
	s := p.Sweep
	r := store.Plan{Schema: store.SchemaVersion, Name: s.Name, Question: s.Question, Note: s.Note, Baseline: s.Baseline, Primary: s.Primary, Sweep: s.Text}
	for _, c := range s.Claims {
		r.Claims = append(r.Claims, storedClaim(c))
	}
	for i := range p.Jobs {
		r.Cells = append(r.Cells, p.Jobs[i].record(s.Name))
	}
	return r
}

// Select returns the jobs that a filter matches; none is an error that says what there is.
func (p *Plan) Select(f sweep.Filter) ([]Job, error) {
	var chosen []Job
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
func Warnings(jobs []Job) []Warning {
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

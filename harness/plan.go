package harness

import (
	"fmt"
	"slices"
	"strings"

	"protobench/datasets"
	"protobench/encoders"
	"protobench/harness/store"
)

// Job is a planned cell: its settings, what identifies it and where its results go.
type Job struct {
	Cell        Cell
	Hash        string   // hex SHA-256, see Cell.Hash
	Dir         string   // folder under cells/
	Fingerprint string   // of the data
	Warnings    []string // what its settings do not say of themselves, for the plan and the result
}

// Plan is what a sweep will run.
type Plan struct {
	Sweep *Sweep
	Jobs  []Job
}

// NewPlan opens the data of every cell, checks the settings against them, and
// fixes the cells' identities. All that is wrong comes back in one *ConfigError.
func NewPlan(s *Sweep, data *Library) (*Plan, error) {
	p := &Plan{Sweep: s}
	var issues []Issue
	for i := range s.Cells {
		c := &s.Cells[i]
		set, wrong := s.check(c, data)
		issues = append(issues, wrong...)
		if len(wrong) == 0 {
			job := newJob(*c, set.Fingerprint)
			job.Warnings = c.warnings(set)
			p.Jobs = append(p.Jobs, job)
		}
	}
	if err := asError(issues); err != nil {
		return nil, err
	}
	return p, nil
}

// Validate reports, in one *ConfigError, everything that Parse and NewPlan would refuse, and returns the sweep if that
// is nothing. What NewPlan says of a key is left out where the key was wrong to begin with.
func Validate(file, text string, c Catalogue, data *Library) (*Sweep, error) {
	s, issues, err := resolve(file, text, c)
	if err != nil {
		return nil, err
	}
	blamed := map[string]bool{}
	for _, i := range issues {
		table, _, _ := strings.Cut(i.Key, ".")
		blamed[i.Key], blamed[table] = true, true
	}
	if blamed["data"] { // nothing is known of the images
		return nil, asError(issues)
	}
	for i := range s.Cells {
		_, wrong := s.check(&s.Cells[i], data)
		issues = append(issues, slices.DeleteFunc(wrong, func(w Issue) bool { return blamed[w.Key] })...)
	}
	if err := asError(issues); err != nil {
		return nil, err
	}
	return s, nil
}

// check opens a cell's data and returns what does not fit.
func (s *Sweep) check(c *Cell, data *Library) (*datasets.Set, []Issue) {
	set, err := data.Open(c.Settings.Data)
	if err != nil {
		return nil, []Issue{s.blame(c, "data", err)}
	}
	return set, s.misfits(c, set)
}

// misfits are settings that these data do not allow.
func (s *Sweep) misfits(c *Cell, set *datasets.Set) []Issue {
	if c.Reference == "pixels" {
		return nil
	}
	var issues []Issue
	n, batch := set.Train.Len(), c.Settings.Train.Batch
	if n < batch {
		issues = append(issues, Issue{
			File: s.File, Line: s.line(c, "train.batch"), Key: "train.batch", What: fmt.Sprintf("%d is more than the %d training images", batch, n),
			Expected: "expected at least one full batch", Remedy: "lower train.batch or raise the number of images",
		})
	}
	if _, err := encoders.New(c.Settings.Encoder, inputOf(set), 0); err != nil {
		issues = append(issues, s.blame(c, "encoder", err))
	}
	if c.Reference != "" || n < batch { // with no whole batch, there is nothing to compare other settings with
		return issues
	}
	return append(issues, c.contradictions(s.File, dataConfig(set, n/batch))...)
}

// blame is an error that starts with the key at fault; else the given table is.
func (s *Sweep) blame(c *Cell, table string, err error) Issue {
	key, what, _ := strings.Cut(err.Error(), ": ")
	if _, known := findKey(key); !known {
		key, what = table, err.Error()
	}
	return Issue{File: s.File, Line: s.line(c, key), Key: key, What: what}
}

// line is where the sweep sets a key for a cell: on an axis, in the method or in its table; 0 where the default stands.
func (s *Sweep) line(c *Cell, key string) int {
	for _, path := range []string{"matrix." + key, c.at + "." + key, key} {
		if n := s.lines[path]; n > 0 {
			return n
		}
	}
	return 0
}

func newJob(c Cell, fingerprint string) Job {
	hash := c.Hash(fingerprint)
	return Job{Cell: c, Hash: hash, Dir: folderName(c, hash), Fingerprint: fingerprint}
}

// folderName is <method>__<axes>__s<seed>__<hash8>, safe on any file system.
func folderName(c Cell, hash string) string {
	axes := make([]string, 0, len(c.Axes))
	for _, path := range sortedKeys(c.Axes) {
		axes = append(axes, fmt.Sprintf("%s=%v", path, c.Axes[path]))
	}
	if len(axes) == 0 {
		axes = []string{"base"}
	}
	return fmt.Sprintf("%s__%s__s%d__%s", safe(c.Composition.Name), safe(strings.Join(axes, ",")), c.Seed, hash[:8])
}

// safe keeps what every file system takes, and not too much of it: the hash tells apart what looks alike.
func safe(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("+-=.,_", r) {
			return r
		}
		return '-'
	}, s)
	return s[:min(len(s), 80)]
}

// Identity is the cell as results name it.
func (j *Job) Identity() store.Cell {
	c := j.Cell.Composition
	regularizers := c.Regularizers
	if regularizers == nil {
		regularizers = []string{}
	}
	form := ""
	if j.Cell.Form == faithful {
		form = faithful
	}
	return store.Cell{
		Form: form, Method: c.Name, Objective: c.Objective, Learner: c.Learner, Regularizers: regularizers, Embedding: c.Embedding,
		Axes: j.Cell.Axes, Seed: j.Cell.Seed, Hash: j.Hash,
	}
}

// Record is the plan as plan.json holds it.
func (p *Plan) Record() store.Plan {
	s := p.Sweep
	r := store.Plan{Schema: 1, Name: s.Name, Question: s.Question, Baseline: s.Baseline, Primary: s.Primary, Sweep: s.Text}
	for i := range p.Jobs {
		j := &p.Jobs[i]
		r.Cells = append(r.Cells, store.PlanCell{Cell: j.Identity(), Dir: j.Dir, Config: j.Cell.Config(s.Name)})
	}
	return r
}

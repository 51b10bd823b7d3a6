package harness

import (
	"fmt"
	"strings"

	"protobench/datasets"
	"protobench/encoders"
	"protobench/harness/store"
)

// Job is a planned cell: its settings, what identifies it and where its results go.
type Job struct {
	Cell        Cell
	Hash        string // hex SHA-256, see Cell.Hash
	Dir         string // folder under cells/
	Fingerprint string // of the data
}

// Plan is what a sweep will run.
type Plan struct {
	Sweep *Sweep
	Jobs  []Job
}

// NewPlan opens the data of every cell, checks the settings against them, and
// fixes the cells' identities.
func NewPlan(s *Sweep, data *Library) (*Plan, error) {
	p := &Plan{Sweep: s}
	var issues []Issue
	for _, c := range s.Cells {
		set, err := data.Open(c.Settings.Data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.File, err)
		}
		issues = append(issues, c.misfits(s.File, set)...)
		p.Jobs = append(p.Jobs, newJob(c, set.Fingerprint))
	}
	if err := asError(issues); err != nil {
		return nil, err
	}
	return p, nil
}

// misfits are settings that these data do not allow.
func (c *Cell) misfits(file string, set *datasets.Set) []Issue {
	switch {
	case c.Reference == "pixels":
		return nil
	case set.Train.Len() < c.Settings.Train.Batch:
		return []Issue{tooFewImages(file, set.Train.Len(), c.Settings.Train.Batch)}
	}
	if _, err := encoders.New(c.Settings.Encoder, inputOf(set), 0); err != nil {
		key, what, _ := strings.Cut(err.Error(), ": ")
		return []Issue{{File: file, Key: key, What: what}}
	}
	if c.Reference != "" {
		return nil
	}
	return c.contradictions(file, dataConfig(set, set.Train.Len()/c.Settings.Train.Batch))
}

func tooFewImages(file string, n, batch int) Issue {
	return Issue{
		File: file, Key: "train.batch", What: fmt.Sprintf("%d is more than the %d training images", batch, n),
		Expected: "expected at least one full batch", Remedy: "lower train.batch or raise the number of images",
	}
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
	return store.Cell{
		Method: c.Name, Objective: c.Objective, Learner: c.Learner, Regularizers: regularizers, Embedding: c.Embedding,
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

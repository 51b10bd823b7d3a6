package cell

import (
	"protobench/harness/store"
	"protobench/harness/sweep"
	"protobench/internal/setting"
)

// Job is a planned cell: its settings, what identifies it and where its results go.
type Job struct {
	Cell sweep.Cell
	Hash string // hex SHA-256, see [sweep.Cell.Hash]
	Dir  string // folder under cells/
}

// NewJob plans a cell.
func NewJob(c sweep.Cell) Job {
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

// Record is the job as plan.json holds it; name is the sweep's.
func (j *Job) Record(name string) store.PlanCell {
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

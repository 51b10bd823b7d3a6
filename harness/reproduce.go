package harness

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"slices"

	"protobench/harness/cell"
	"protobench/harness/store"
)

// Reproduction sets a cell trained anew beside what is on disk.
type Reproduction struct {
	Cell         string       `json:"cell"`
	Metrics      int          `json:"metrics"`      // compared at the end, observers' too
	Measurements int          `json:"measurements"` // compared during training
	Prototypes   bool         `json:"prototypes"`   // whether both have a file of prototypes, compared byte by byte
	Different    []Difference `json:"different"`    // in what is compared; empty for identical results
	Circumstance []Difference `json:"circumstance"` // in version, instruction set, data, …
}

// Difference is one value before and now.
type Difference struct {
	Name string `json:"name"`
	Was  string `json:"was"`
	Is   string `json:"is"`
}

// Identical reports whether all that was compared is equal.
func (r Reproduction) Identical() bool { return len(r.Different) == 0 }

// Reproduce trains a finished cell anew, by the configuration that its run's plan holds, in the
// empty folder scratch, and compares every bit of its metrics, of its measurements during training
// and of its prototypes. folder is the cell's folder, DIR/cells/NAME, which is only read.
func Reproduce(ctx context.Context, folder, scratch string, o Options) (Reproduction, error) {
	old, was, err := finished(folder)
	if err != nil {
		return Reproduction{}, err
	}
	p, err := NewPlan(filepath.Join(folder, "config.toml"), old.Plan().Config, Catalogue(), o.Data)
	if err != nil {
		return Reproduction{}, err
	}
	i := slices.IndexFunc(p.Jobs, func(j cell.Job) bool {
		return j.Cell.Composition.Name == old.Plan().Cell.Method && j.Cell.Seed == old.Plan().Cell.Seed
	})
	if i < 0 {
		return Reproduction{}, fmt.Errorf("%s: its configuration in plan.json is of no cell %s, seed %d", folder, old.Plan().Cell.Method, old.Plan().Cell.Seed)
	}
	s, err := Run(ctx, p, p.Jobs[i:i+1], scratch, o)
	switch {
	case err != nil:
		return Reproduction{}, err
	case ctx.Err() != nil:
		return Reproduction{}, ctx.Err()
	case len(s.Failed) > 0:
		return Reproduction{}, fmt.Errorf("%s: trained anew it failed: %s", folder, s.Failed[0])
	}
	d, err := store.Open(scratch)
	if err != nil {
		return Reproduction{}, err
	}
	again := d.Cell(p.Jobs[i].Record(p.Sweep.Name))
	is, _, err := again.Result()
	if err != nil {
		return Reproduction{}, err
	}
	r := Reproduction{Cell: filepath.Base(folder), Different: []Difference{}, Circumstance: circumstances(was, is, old.Plan().Cell.Hash, again.Plan().Cell.Hash)}
	return r, r.compare(old, again, was, is)
}

// finished opens a cell's folder and reads its result.
func finished(folder string) (*store.CellDir, store.Result, error) {
	c, err := store.OpenCell(folder)
	if err != nil {
		return nil, store.Result{}, err
	}
	r, found, err := c.Result()
	if err == nil && !found {
		err = fmt.Errorf("%s: the cell has not ended; `protobench run` goes on with it", folder)
	}
	return c, r, err
}

// circumstances are what may explain a difference.
func circumstances(was, is store.Result, oldHash, newHash string) []Difference {
	a, b := was.Provenance, is.Provenance
	var out []Difference
	for _, d := range []Difference{
		{"version", a.Version, b.Version}, {"numerics", fmt.Sprint(a.Numerics), fmt.Sprint(b.Numerics)}, {"go", a.Go, b.Go}, {"cpu", a.CPU, b.CPU},
		{"instruction set", a.ISA, b.ISA}, {"data", a.DataSHA256, b.DataSHA256}, {"hash of the configuration", oldHash, newHash},
	} {
		if d.Was != d.Is {
			out = append(out, d)
		}
	}
	return out
}

// compare fills in what differs.
func (r *Reproduction) compare(old, again *store.CellDir, was, is store.Result) error {
	if was.Outcome.Status != is.Outcome.Status {
		r.Different = append(r.Different, Difference{"outcome", was.Outcome.Status, is.Outcome.Status})
	}
	r.Metrics += r.compareMetrics("", was.Metrics, is.Metrics)
	for _, name := range bothKeys(was.Observers, is.Observers) {
		r.Metrics += r.compareMetrics("observer "+name+": ", was.Observers[name], is.Observers[name])
	}
	if err := r.compareEpochs(old, again); err != nil {
		return err
	}
	return r.comparePrototypes(old, again)
}

// compareMetrics compares the metrics that both have, and says which one of them lacks.
func (r *Reproduction) compareMetrics(of string, was, is store.Metrics) (compared int) {
	for _, key := range bothKeys(was, is) {
		a, had := was[key]
		b, has := is[key]
		switch {
		case had && has && math.Float64bits(a) == math.Float64bits(b):
			compared++
		case had && has:
			r.Different = append(r.Different, Difference{of + key, fmt.Sprint(a), fmt.Sprint(b)})
		case had:
			r.Different = append(r.Different, Difference{of + key, fmt.Sprint(a), "none"})
		default: // a metric that the program has learned since is no difference
			r.Circumstance = append(r.Circumstance, Difference{of + key, "not measured", fmt.Sprint(b)})
		}
	}
	return compared
}

func bothKeys[V any](a, b map[string]V) []string {
	all := maps.Clone(a)
	if all == nil {
		all = map[string]V{}
	}
	maps.Copy(all, b)
	return slices.SortedFunc(maps.Keys(all), cmp.Compare)
}

// compareEpochs compares the measurements during training; a run whose log is gone has none.
func (r *Reproduction) compareEpochs(old, again *store.CellDir) error {
	was, err := old.Epochs()
	if err != nil || len(was) == 0 {
		return err
	}
	is, err := again.Epochs()
	if err != nil {
		return err
	}
	if len(was) != len(is) {
		r.Different = append(r.Different, Difference{"measurements during training", fmt.Sprint(len(was)), fmt.Sprint(len(is))})
		return nil
	}
	for i := range was {
		at := fmt.Sprintf("step %d: ", was[i].Step)
		r.compareMetrics(at, was[i].Metrics, is[i].Metrics)
		for _, name := range bothKeys(was[i].Observers, is[i].Observers) {
			r.compareMetrics(at+"observer "+name+": ", was[i].Observers[name], is[i].Observers[name])
		}
	}
	r.Measurements = len(was)
	return nil
}

// comparePrototypes compares the files of prototypes where the old run still has one.
func (r *Reproduction) comparePrototypes(old, again *store.CellDir) error {
	was, err := old.PrototypeBytes()
	if err != nil || was == nil {
		return err
	}
	is, err := again.PrototypeBytes()
	if err != nil {
		return err
	}
	r.Prototypes = true
	if !bytes.Equal(was, is) {
		r.Different = append(r.Different, Difference{"prototypes.safetensors", fmt.Sprintf("%d bytes", len(was)), fmt.Sprintf("%d bytes, others", len(is))})
	}
	return nil
}

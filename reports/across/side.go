package across

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"

	"protobench/harness/store"
	"protobench/metrics"
	"protobench/metrics/metric"
)

// side is one of the two that are compared: a run's cells, or one cell alone.
type side struct {
	path    string
	primary []string // endpoints that the plan declares
	alone   bool     // one cell
	cells   []store.CellState
}

// open takes the folder of a run or of a cell.
func open(path string) (*side, error) {
	if is, err := store.IsRun(path); is {
		return openRun(path)
	} else if err != nil {
		return nil, err
	}
	cell, err := store.OpenCell(path)
	if err != nil {
		return nil, fmt.Errorf("%s: neither a run (it has no plan.json) nor a cell of one; give results/NAME or results/NAME/cells/CELL", path)
	}
	result, found, err := cell.Result()
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, fmt.Errorf("%s: the cell has no result yet; `protobench status` says how far its run is", path)
	}
	if o := result.Outcome; o.Status != store.OK && o.Status != store.Collapsed {
		return nil, fmt.Errorf("%s: the cell %s and has no final metrics (%s)", path, o.Status, o.Reason)
	}
	run, err := openRun(filepath.Dir(filepath.Dir(filepath.Clean(path))))
	if err != nil {
		return nil, err
	}
	return &side{path: path, primary: run.primary, alone: true, cells: []store.CellState{{Dir: cell, State: store.Done, Result: result}}}, nil
}

func openRun(path string) (*side, error) {
	d, err := store.Open(path)
	if err != nil {
		return nil, err
	}
	read, err := d.Read()
	if err != nil {
		return nil, err
	}
	return &side{path: path, primary: read.Plan.Primary, cells: read.Cells}, nil
}

// arm is what cells that differ in the seed alone have in common.
type arm struct {
	name    string
	planned store.PlanCell
	runs    map[uint64]store.CellState // finished ones, by seed
}

// arms groups the cells in the plan's order.
func (s *side) arms() []*arm {
	var out []*arm
	at := map[string]*arm{}
	for _, c := range s.cells {
		p := c.Dir.Plan()
		a := at[p.Cell.Arm()]
		if a == nil {
			a = &arm{name: p.Cell.Arm(), planned: p, runs: map[uint64]store.CellState{}}
			at[a.name] = a
			out = append(out, a)
		}
		if c.Counted() {
			a.runs[p.Cell.Seed] = c
		}
	}
	return out
}

// seeds are those of the finished runs, in order.
func (a *arm) seeds() []uint64 {
	var out []uint64
	for seed := range a.runs {
		out = append(out, seed)
	}
	slices.Sort(out)
	return out
}

// specOf is what is known of a metric. One that another version has measured stands as it is.
func specOf(key string) metric.Spec {
	if s, known := metrics.Find(key); known {
		return s
	}
	return metric.Spec{Key: key, Better: metric.Neither}
}

// value is a finished cell's in the tables' unit: NaN where there is none, and where the run
// collapsed and the metric, one of prototypes, would mislead.
func value(c store.CellState, s metric.Spec) float64 {
	if s.Misleads(c.Result.Outcome.Status == store.Collapsed) {
		return math.NaN()
	}
	return s.ShownOf(c.Result.Metrics, c.Dir.Plan().Prototypes)
}

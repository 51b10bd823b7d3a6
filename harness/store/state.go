package store

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// State says how far a cell is.
type State int

// The states of a cell, from the files in its folder.
const (
	Missing State = iota // nothing was begun
	Partial              // begun or interrupted: a run goes on with it
	Done                 // has a result: ok, collapsed or diverged
	Broken               // has a result that says failed, or one that cannot be read
)

// String returns "missing", "partial", "done" or "failed".
func (s State) String() string { return [...]string{"missing", "partial", "done", "failed"}[s] }

// CellState is a planned cell and how far it is.
type CellState struct {
	Dir    *CellDir
	State  State
	Result Result // zero unless State is Done or Broken

	// Unreadable says why a Broken cell's result, or a file beside it, cannot be trusted, naming it;
	// nil where all can. Result then holds nothing but the status failed and this reason.
	Unreadable error
}

// Counted reports whether the run has final metrics: it ended, collapsed or not. What a collapsed
// run says of its prototypes is in no mean, while the means of its features have it: leaving it out
// of those would make an arm look better than it is.
func (s CellState) Counted() bool {
	status := s.Result.Outcome.Status
	return s.State == Done && (status == OK || status == Collapsed)
}

// Of are the final metrics of the arm's own learner, "", or of an observer.
func (r Result) Of(observer string) Metrics {
	if observer == "" {
		return r.Metrics
	}
	return r.Observers[observer]
}

// Cells returns the planned cells in the plan's order with their states. It reads every file that
// reports read: one that is damaged makes its own cell Broken and leaves the others alone.
func (d *Dir) Cells() ([]CellState, error) {
	p, err := d.Plan()
	if err != nil {
		return nil, err
	}
	return d.States(p, reported()...), nil
}

// States are those of a plan's cells, in its order, by their results and by some of the files beside
// them; without any, nothing else is read.
func (d *Dir) States(p Plan, files ...string) []CellState {
	out := make([]CellState, len(p.Cells))
	next := atomic.Int64{}
	var readers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(out)) {
		readers.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(out)); i = next.Add(1) - 1 {
				out[i] = d.Cell(p.Cells[i]).state(files)
			}
		})
	}
	readers.Wait()
	return out
}

func (c *CellDir) state(files []string) CellState {
	s := CellState{Dir: c}
	r, found, err := c.Result()
	if err == nil && found {
		err = errors.Join(c.faults(files)...)
	}
	switch {
	case err != nil:
		s.State, s.Unreadable = Broken, err
		s.Result = Result{Cell: c.plan.Cell, Outcome: Outcome{Status: Failed, Reason: err.Error()}}
	case found && r.Outcome.Status == Interrupted:
		s.State = Partial
	case found && r.Outcome.Status == Failed:
		s.State, s.Result = Broken, r
	case found:
		s.State, s.Result = Done, r
	case c.begun():
		s.State = Partial
	}
	return s
}

func (c *CellDir) begun() bool {
	_, err := os.Stat(c.path)
	return err == nil
}

// Arm returns the method with its axes, sorted by key: "swav loss.temperature=0.2". Cells
// that differ in nothing but the seed have it in common.
func (c Cell) Arm() string {
	parts := []string{c.Method}
	for _, k := range c.AxisKeys() {
		parts = append(parts, k+"="+FormatAxis(c.Axes[k]))
	}
	return strings.Join(parts, " ")
}

// AxisKeys returns the keys of the axes, sorted.
func (c Cell) AxisKeys() []string {
	keys := make([]string, 0, len(c.Axes))
	for k := range c.Axes {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// FormatAxis writes an axis value the same before and after a trip through JSON, where
// every number becomes a float64.
func FormatAxis(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case float32:
		return strconv.FormatFloat(float64(v), 'g', -1, 32)
	}
	return fmt.Sprint(v)
}

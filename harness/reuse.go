package harness

import (
	"context"
	"fmt"
	"os"
	"slices"

	"protobench/harness/cell"
	"protobench/harness/store"
	"protobench/internal/wording"
)

// others are what other runs may have finished.
type others struct {
	cells  map[string][]*store.CellDir // by hash
	unread []string                    // why plans could not be read
}

// othersIn looks for cells in run directories, and in those right below other folders.
func othersIn(paths []string) (others, error) {
	from := others{cells: map[string][]*store.CellDir{}}
	for _, path := range paths {
		runs, err := store.RunsIn(path)
		if err != nil {
			return from, fmt.Errorf("--reuse: %w; expected a run directory or a folder of them", err)
		}
		for _, d := range runs {
			p, err := d.Plan()
			if err != nil {
				from.unread = append(from.unread, err.Error())
				continue
			}
			for _, c := range p.Cells {
				from.cells[c.Cell.Hash] = append(from.cells[c.Cell.Hash], d.Cell(c))
			}
		}
	}
	return from, nil
}

// reuse ends the jobs that another run has finished, returns the others, and tells how many there
// were and what stood in the way of more.
func (x *executor) reuse(ctx context.Context, jobs []cell.Job, from others) (todo []cell.Job) {
	refused := from.unread
	taken := 0
	for i := range jobs {
		if ctx.Err() != nil {
			return append(todo, jobs[i:]...)
		}
		r, found, why := x.taken(&jobs[i], from.cells[jobs[i].Hash])
		if found {
			x.settle(r)
			taken++
			continue
		}
		todo = append(todo, jobs[i])
		if why != "" {
			refused = append(refused, why)
		}
	}
	if text := reuseText(taken, refused); text != "" {
		x.tell(cell.Event{Kind: cell.Reused, Reason: text})
	}
	return todo
}

// taken takes a cell over from the first run that has all of it; why says what the last was short of.
func (x *executor) taken(j *cell.Job, from []*store.CellDir) (r store.Result, found bool, why string) {
	ended := slices.DeleteFunc(slices.Clone(from), func(c *store.CellDir) bool { return !c.HasResult() })
	if len(ended) == 0 {
		return r, false, ""
	}
	dir := x.folder(j)
	claim, err := dir.Claim()
	if err != nil {
		return r, false, err.Error()
	}
	defer func() {
		_ = claim.Release()       // who comes next takes it over anyway
		_ = os.Remove(dir.Path()) // where it is empty: nothing was begun
	}()
	if r, found, err := dir.Result(); err == nil && found && r.Outcome.Status != store.Failed {
		return r, true, "" // of somebody who was at work here meanwhile
	}
	weights := x.keepWeights && j.Cell.Reference != "pixels"
	for _, other := range ended {
		if r, why, err = dir.Reuse(other, weights); err != nil {
			why = err.Error()
		}
		if why == "" {
			return r, true, ""
		}
		why = other.Path() + ": " + why
	}
	return store.Result{}, false, why
}

// reuseText says how many cells were taken, and what stood in the way of others.
func reuseText(taken int, refused []string) string {
	if taken+len(refused) == 0 {
		return ""
	}
	text := wording.Count(taken, "cell") + " taken over from other runs"
	if len(refused) > 0 {
		text += "; not all that they have: " + refused[0]
	}
	if len(refused) > 1 {
		text += fmt.Sprintf("; and %d more", len(refused)-1)
	}
	return text
}

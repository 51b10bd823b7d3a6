package harness

import (
	"fmt"

	"protobench/harness/cell"
	"protobench/harness/store"
	"protobench/internal/wording"
)

// others are the folders of other runs that may hold a cell's outcome, by its hash.
type others map[string][]*store.CellDir

// othersIn looks for cells in run directories, and in those right below other folders.
func othersIn(paths []string) (others, error) {
	f := others{}
	for _, path := range paths {
		runs, err := store.RunsIn(path)
		if err != nil {
			return nil, err
		}
		for _, d := range runs {
			p, err := d.Plan()
			if err != nil {
				return nil, err
			}
			for _, c := range p.Cells {
				f[c.Cell.Hash] = append(f[c.Cell.Hash], d.Cell(c))
			}
		}
	}
	return f, nil
}

// reuse ends the jobs that another run has finished, returns the others, and tells how many there
// were and what stood in the way.
func (x *executor) reuse(jobs []cell.Job, from others) (todo []cell.Job) {
	var refused []string
	for i := range jobs {
		r, found, why := x.taken(&jobs[i], from)
		switch {
		case found:
			x.settle(r)
			continue
		case why != "":
			refused = append(refused, why)
		}
		todo = append(todo, jobs[i])
	}
	if text := reuseText(len(jobs)-len(todo), refused); text != "" {
		x.tell(cell.Event{Kind: cell.Reused, Reason: text})
	}
	return todo
}

// taken takes a cell over from the first run that has all of it; why says what the last was short of.
func (x *executor) taken(j *cell.Job, from others) (r store.Result, found bool, why string) {
	if len(from[j.Hash]) == 0 {
		return r, false, ""
	}
	dir := x.folder(j)
	claim, err := dir.Claim()
	if err != nil {
		return r, false, err.Error()
	}
	defer func() { _ = claim.Release() }() // who comes next takes it over anyway
	weights := x.keepWeights && j.Cell.Reference != "pixels"
	for _, other := range from[j.Hash] {
		if !other.HasResult() {
			continue // it may be at work
		}
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

func reuseText(taken int, refused []string) string {
	if taken+len(refused) == 0 {
		return ""
	}
	text := wording.Count(taken, "cell") + " taken over from other runs"
	if len(refused) > 0 {
		text += fmt.Sprintf(", %d not: %s", len(refused), refused[0])
		if len(refused) > 1 {
			text += fmt.Sprintf("; and %d more", len(refused)-1)
		}
	}
	return text
}

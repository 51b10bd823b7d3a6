package harness

import (
	"errors"
	"fmt"

	"protobench/harness/cell"
	"protobench/harness/store"
)

// pending drops the jobs that have a sound result, sets aside what is damaged, and readies failed
// cells to run again where a retry is asked for.
func (x *executor) pending(jobs []cell.Job) []cell.Job {
	var todo []cell.Job
	for i := range jobs {
		if x.isPending(&jobs[i]) {
			todo = append(todo, jobs[i])
		}
	}
	return todo
}

// isPending reports whether a cell has to run, and counts it otherwise.
func (x *executor) isPending(j *cell.Job) bool {
	dir := x.folder(j)
	r, found, err := dir.Result()
	var bad *store.Damaged
	switch {
	case errors.As(err, &bad):
		return x.clear(j, []*store.Damaged{bad})
	case err != nil:
		return x.fail(j, err.Error())
	case !found || r.Outcome.Status == store.Interrupted:
		return true
	case r.Outcome.Status == store.Failed:
		return x.retry(j, dir, r.Outcome.Reason)
	}
	faults, err := dir.Faults()
	if err != nil {
		return x.fail(j, err.Error())
	}
	if len(faults) > 0 {
		return x.clear(j, faults)
	}
	x.settle(r)
	return false
}

// clear sets aside what is damaged of an ended cell, and its result with it, and reports whether the
// cell has to run again: not for its config.toml alone, which is written anew.
func (x *executor) clear(j *cell.Job, faults []*store.Damaged) (again bool) {
	dir := x.folder(j)
	again, err := dir.Clear(faults, func(text string) {
		e := cell.NewEvent(j, cell.Progress{}, cell.Noticed, nil)
		e.Reason = text
		x.tell(e)
		x.summary.SetAside = append(x.summary.SetAside, j.Dir+": "+text)
		_ = dir.Log(text) // it was told
	})
	if err != nil {
		return x.fail(j, fmt.Sprintf("%v; it cannot be moved away: %v", faults[0], err))
	}
	if again {
		return true
	}
	r, _, err := dir.Result()
	if err != nil {
		return x.fail(j, err.Error())
	}
	x.settle(r)
	return false
}

// retry takes a failed result out of the way if that is asked for; otherwise, or if it cannot be
// done, the cell counts as failed.
func (x *executor) retry(j *cell.Job, dir *store.CellDir, reason string) bool {
	remedy := " (an earlier run; --retry-failed runs it again)"
	if x.options.RetryFailed {
		err := dir.RemoveResult()
		if err == nil {
			return true
		}
		remedy = fmt.Sprintf(" (not run again: %v)", err)
	}
	return x.fail(j, reason+remedy)
}

// fail counts a cell that is not run as failed.
func (x *executor) fail(j *cell.Job, reason string) bool {
	x.summary.Failed = append(x.summary.Failed, j.Dir+": "+reason)
	return false
}

// settle counts a cell that has a result other than failed.
func (x *executor) settle(r store.Result) {
	x.summary.Done++
	if r.Outcome.Status == store.Diverged {
		x.summary.Diverged++
	}
}

package harness

import (
	"fmt"

	"protobench/harness/store"
)

// pending drops the jobs that have a result, and readies failed ones to run again where a retry is
// asked for.
func (x *executor) pending(jobs []Job) []Job {
	var todo []Job
	for i := range jobs {
		r, found, err := x.folder(&jobs[i]).Result()
		switch {
		case err != nil || found && r.Outcome.Status == store.Failed:
			if x.retry(&jobs[i], r, err) {
				todo = append(todo, jobs[i])
			}
		case found && r.Outcome.Status != store.Interrupted:
			x.summary.Done++
		default:
			todo = append(todo, jobs[i])
		}
	}
	return todo
}

// retry takes a failed or unreadable result out of the way if that is asked for; otherwise, or if
// it cannot be done, the cell counts as failed.
func (x *executor) retry(j *Job, r store.Result, unreadable error) bool {
	remedy, reason := " (an earlier run; --retry-failed runs it again)", r.Outcome.Reason
	remove := x.folder(j).RemoveResult
	if unreadable != nil {
		remedy, reason = " (--retry-failed sets it aside and runs the cell again)", unreadable.Error()
		remove = func() error { _, err := x.folder(j).SetResultAside(); return err }
	}
	if x.options.RetryFailed {
		err := remove()
		if err == nil {
			return true
		}
		remedy = fmt.Sprintf(" (not run again: %v)", err)
	}
	x.summary.Failed = append(x.summary.Failed, j.Dir+": "+reason+remedy)
	return false
}

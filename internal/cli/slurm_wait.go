package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"protobench/harness/slurm"
	"protobench/harness/store"
	"protobench/internal/console"
	"protobench/internal/wording"
)

const (
	firstLook = time.Second      // after a submission
	lastLook  = 15 * time.Second // the longest time between two
	laggards  = 5                // looks at a cell without task or result before it counts as lost: files may come late
)

// await waits until the cluster has no task left of a run, renewing its page meanwhile, and shows
// the report.
func (c runCommand) await(ctx context.Context, w *console.Console, dir string, claims int) error {
	page := keepPage(dir, firstPage, soonestPage)
	page.begin()
	q, err := untilIdle(ctx, w, dir)
	page.end()
	if err != nil {
		return err
	}
	return c.afterTasks(w, dir, claims, q)
}

// untilIdle waits until the cluster has no task left of a run.
func untilIdle(ctx context.Context, w *console.Console, dir string) (*slurm.Queue, error) {
	d, err := store.Open(dir)
	if err != nil {
		return nil, err
	}
	told, lost := "", 0
	for pause := firstLook; ; pause = min(pause*3/2, lastLook) {
		q, err := slurm.Look(ctx, d)
		if err != nil {
			return nil, err
		}
		if text := q.Summary(); text != told && ctx.Err() == nil {
			told = text
			if _, err := fmt.Fprintln(w.Err, text); err != nil {
				return nil, err
			}
		}
		if lost++; !q.Idle() {
			lost = 0
		} else if pause = firstLook; len(q.NoTask) == 0 || lost >= laggards {
			return q, nil
		}
		select {
		case <-ctx.Done():
			return nil, console.Halted(ctx, fmt.Sprintf(": the tasks go on; protobench status %s shows them, protobench cancel %s ends them", dir, dir))
		case <-time.After(pause):
		}
	}
}

// afterTasks writes the report and says what is not in it.
func (c runCommand) afterTasks(w *console.Console, dir string, claims int, q *slurm.Queue) error {
	if q.Diverged > 0 && c.FailOn != "diverged" {
		w.Warn(divergedText(wording.Count(q.Diverged, "cell")))
	}
	unwritten := reportOf(w, dir, c.JSON)
	if err := unfinished(q, c.FailOn == "diverged", unwritten); err != nil || c.JSON {
		return err
	}
	return showNext(w, dir, claims)
}

// unfinished is the failure of a run whose tasks have ended before its cells, or which has cells that
// diverged where that counts, or whose report could not be written.
func unfinished(q *slurm.Queue, diverged bool, unwritten error) error {
	var parts []string
	if diverged && q.Diverged > 0 {
		parts = append(parts, wording.Count(q.Diverged, "cell")+" diverged")
	}
	if len(q.Failed) > 0 {
		text := wording.Count(len(q.Failed), "cell") + " failed:"
		for _, f := range q.Failed {
			text += "\n  " + f.Cell + ": " + f.Reason
			if f.Log != "" {
				text += " (" + f.Log + ")"
			}
		}
		parts = append(parts, text+"\n`--retry-failed` runs them again")
	}
	if len(q.NoTask) > 0 {
		parts = append(parts, fmt.Sprintf("%s without a result and without a task:\n  %s\n`protobench run` with --executor slurm queues them again; what they did is kept",
			wording.Count(len(q.NoTask), "cell"), strings.Join(q.NoTask, "\n  ")))
	}
	if unwritten != nil {
		parts = append(parts, unwritten.Error())
	}
	return console.Failure(parts)
}

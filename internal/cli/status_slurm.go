package cli

import (
	"fmt"
	"io"
	"strings"

	"protobench/harness/slurm"
	"protobench/harness/store"
)

// statusLine is a look as --json prints it.
type statusLine struct {
	store.Status
	Slurm *slurm.Queue `json:"slurm,omitempty"` // of a run that was submitted to a cluster
}

// most is how many cells a status names of one kind.
const most = 5

// showQueue says how the cells stand in a cluster's queue.
func showQueue(w io.Writer, dir string, q *slurm.Queue) error {
	lines := []string{q.Summary()}
	var held, silent, failed []string
	for _, t := range q.Tasks {
		if t.Held() {
			held = append(held, fmt.Sprintf("%s_%d waits for ever (%s)", t.Job, t.Index, t.Reason))
		}
	}
	for _, s := range q.Silent {
		state := "silent for " + s.Since.String()
		if !s.By.Live {
			state = "gone, last heard of " + s.Since.String() + " ago"
		}
		silent = append(silent, fmt.Sprintf("%s: %s, %s", s.Cell, s.By.Owner, state))
	}
	for _, f := range q.Failed {
		failed = append(failed, strings.TrimSuffix(fmt.Sprintf("%s: %s; see %s", f.Cell, f.Reason, f.Log), "; see "))
	}
	lines = append(lines, headed("held in the queue: protobench cancel "+dir+" takes them out", held)...)
	lines = append(lines, headed("stale heartbeats", silent)...)
	lines = append(lines, headed("failed", failed)...)
	lines = append(lines, headed("without a task: protobench run with --executor slurm queues them", q.NoTask)...)
	_, err := fmt.Fprintln(w, strings.Join(lines, "\n"))
	return err
}

// headed is a heading with the first few of some items; nothing for none.
func headed(heading string, items []string) []string {
	if len(items) == 0 {
		return nil
	}
	out := []string{heading + ":"}
	for i, item := range items {
		if i == most {
			return append(out, fmt.Sprintf("  … and %d more", len(items)-most))
		}
		out = append(out, "  "+item)
	}
	return out
}

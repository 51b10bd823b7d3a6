package slurm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"protobench/harness/store"
)

// Queue is a run directory's unfinished cells beside the tasks that the cluster has for them. Cells
// are named by their folders.
type Queue struct {
	Unknown string   `json:"unknown,omitempty"` // why the queue could not be asked; the tasks are then missing here
	Tasks   []Task   `json:"tasks"`             // of cells that have no result, and of reports
	NoTask  []string `json:"no_task"`           // cells without a result that nobody has or runs
	Silent  []Silent `json:"silent"`            // cells whose process has not said for a while that it lives
	Failed  []Failed `json:"failed"`

	Diverged int `json:"diverged"` // cells that ended so
}

// Silent is a cell whose process has missed heartbeats.
type Silent struct {
	Cell  string         `json:"cell"`
	By    store.Presence `json:"by"`
	Since time.Duration  `json:"-"`
}

// Failed is a cell that failed, and the log of the task that ran it.
type Failed struct {
	Cell   string `json:"cell"`
	Reason string `json:"reason"`
	Log    string `json:"log,omitempty"` // "" where it was no task
}

// Look joins the cluster's queue with what stands in a run directory; nil where nothing was ever
// submitted. Files are the truth: a task whose cell has a result is not mentioned, and a queue that
// cannot be asked is no error.
func Look(ctx context.Context, d *store.Dir) (*Queue, error) {
	all, err := All(d.Path())
	if err != nil || len(all) == 0 {
		return nil, err
	}
	plan, err := d.Plan()
	if err != nil {
		return nil, err
	}
	q := &Queue{Tasks: []Task{}, NoTask: []string{}, Silent: []Silent{}, Failed: []Failed{}}
	live, err := liveOf(ctx, all)
	if err != nil {
		q.Unknown = err.Error()
	}
	has := map[string]Task{}
	for _, t := range live {
		if t.Report {
			q.Tasks = append(q.Tasks, t)
		} else {
			has[t.Cell] = t
		}
	}
	for _, c := range plan.Cells {
		q.add(d.Cell(c), has)
	}
	return q, nil
}

// add looks at one planned cell.
func (q *Queue) add(c *store.CellDir, has map[string]Task) {
	name := c.Plan().Dir
	r, found, err := c.Result()
	switch {
	case err != nil:
		q.Failed = append(q.Failed, Failed{name, err.Error(), LastLog(c)})
		return
	case found && r.Outcome.Status == store.Failed:
		q.Failed = append(q.Failed, Failed{name, r.Outcome.Reason, LastLog(c)})
		return
	case found && r.Outcome.Status != store.Interrupted:
		if r.Outcome.Status == store.Diverged {
			q.Diverged++
		}
		return
	}
	task, queued := has[name]
	if queued {
		q.Tasks = append(q.Tasks, task)
	}
	by, claimed := c.Claimant()
	quiet := time.Duration(by.Quiet * float64(time.Second)).Round(time.Second)
	if claimed && (!by.Live && !queued || quiet > 3*store.Heartbeat) {
		q.Silent = append(q.Silent, Silent{name, by, quiet})
	}
	if !queued && !by.Live && q.Unknown == "" {
		q.NoTask = append(q.NoTask, name)
	}
}

// taskNote begins the line of a cell's log that says which task runs it.
const taskNote = "task of Slurm: "

// Note says in a cell's log which task runs it, and where that task writes.
func (h *Here) Note(run string, c *store.CellDir) error {
	if err := os.MkdirAll(c.Path(), 0o755); err != nil {
		return err
	}
	node, err := os.Hostname()
	if named := os.Getenv("SLURMD_NODENAME"); named != "" {
		node = named
	}
	text := fmt.Sprintf("%s%s on %s, restart %d, %s", taskNote, h, node, h.Restarts, LogOf(run, Task{Job: h.Job, Index: h.Index}))
	return errors.Join(err, c.Log(text))
}

// LastLog is where the last task of a cell wrote; "" where none ran it.
func LastLog(c *store.CellDir) string {
	text, err := os.ReadFile(filepath.Join(c.Path(), "log.txt"))
	if err != nil {
		return ""
	}
	all := regexp.MustCompile(`(?m)^`+taskNote+`\S+ on \S+, restart \d+, (.*)$`).FindAllSubmatch(text, -1)
	if len(all) == 0 {
		return ""
	}
	return string(all[len(all)-1][1])
}

// Idle reports whether no task is left in the queue, as far as it could be asked.
func (q *Queue) Idle() bool { return q.Unknown == "" && len(q.Tasks) == 0 }

// Running counts the tasks that nodes work on, and Waiting those that are queued; reports do not
// count.
func (q *Queue) Running() int { return q.count(true) }

// Waiting counts the cells' tasks that are queued.
func (q *Queue) Waiting() int { return q.count(false) }

func (q *Queue) count(running bool) int {
	n := 0
	for _, t := range q.Tasks {
		if !t.Report && t.Running() == running {
			n++
		}
	}
	return n
}

// Summary is the queue on one line.
func (q *Queue) Summary() string {
	if q.Unknown != "" {
		return "slurm: the queue cannot be asked now (" + q.Unknown + ")"
	}
	text := fmt.Sprintf("slurm: %d waiting, %d running", q.Waiting(), q.Running())
	if len(q.Failed) > 0 {
		text += fmt.Sprintf(", %d failed", len(q.Failed))
	}
	if len(q.NoTask) > 0 {
		text += fmt.Sprintf(", %d without a task", len(q.NoTask))
	}
	for _, t := range q.Tasks {
		if t.Report {
			text += ", the report is " + strings.ToLower(t.State)
		}
	}
	return text
}

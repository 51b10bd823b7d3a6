package slurm

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Task is a task that squeue lists and that has not ended.
type Task struct {
	Job    string `json:"job"`    // of the array
	Index  int    `json:"index"`  // in the array
	Cell   string `json:"cell"`   // its folder; "" for a report
	State  string `json:"state"`  // as Slurm calls it: PENDING, RUNNING, …
	Reason string `json:"reason"` // why it waits; "None" for no reason
	Node   string `json:"node"`   // "" while it waits
	Report bool   `json:"report"`
}

// Running reports whether a node works on the task.
func (t Task) Running() bool { return t.State == "RUNNING" || t.State == "COMPLETING" }

// Held reports whether the task waits for something that does not come by itself.
func (t Task) Held() bool {
	return slices.Contains([]string{
		"DependencyNeverSatisfied", "PartitionConfig", "PartitionNodeLimit", "PartitionTimeLimit", "JobHeldUser", "JobHeldAdmin", "BadConstraints",
		"ReqNodeNotAvail", "launch_failed_requeued_held", "InvalidAccount", "InvalidQOS", "AssocMaxWallDurationPerJobLimit", "QOSMaxWallDurationPerJobLimit",
	}, t.Reason)
}

const (
	reportSuffix = "-report"
	// The comment is last: it may hold anything.
	format = "%F|%K|%j|%T|%r|%N|%k"
)

// ended are the states of tasks that will not run again.
var ended = []string{"BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "NODE_FAIL", "OUT_OF_MEMORY", "PREEMPTED", "REVOKED", "TIMEOUT"}

// liveIn returns the tasks of a run directory's submissions that wait or run. It asks by name: ids
// can be lost and given to others.
func liveIn(ctx context.Context, run string) ([]Task, error) {
	all, err := All(run)
	if err != nil {
		return nil, err
	}
	return liveOf(ctx, all)
}

// liveOf are the live tasks of some submissions, on whatever cluster.
func liveOf(ctx context.Context, all []*Frozen) ([]Task, error) {
	var live []Task
	for cluster, of := range byCluster(all) {
		tasks, err := NewClient(cluster).live(ctx, of)
		if err != nil {
			return nil, err
		}
		live = append(live, tasks...)
	}
	return live, nil
}

func byCluster(all []*Frozen) map[string][]*Frozen {
	of := map[string][]*Frozen{}
	for _, f := range all {
		of[f.Cluster] = append(of[f.Cluster], f)
	}
	return of
}

// live lists the tasks of some submissions, of which all are on the client's cluster.
func (c *Client) live(ctx context.Context, all []*Frozen) ([]Task, error) {
	if len(all) == 0 {
		return nil, nil
	}
	names, frozen := make([]string, 0, 2*len(all)), map[string]*Frozen{}
	for _, f := range all {
		names = append(names, f.Name(), f.Name()+reportSuffix)
		frozen[f.Name()] = f
	}
	lines, err := c.squeue(ctx, names...)
	if err != nil {
		return nil, err
	}
	var tasks []Task
	for _, parts := range lines {
		t, ok, err := parseTask(parts, frozen)
		if err != nil {
			return nil, err
		}
		if ok {
			tasks = append(tasks, t)
		}
	}
	slices.SortFunc(tasks, func(a, b Task) int { return cmp.Or(cmp.Compare(a.Job, b.Job), cmp.Compare(a.Index, b.Index)) })
	return tasks, nil
}

// squeue lists the live tasks of some names, by the fields of format.
func (c *Client) squeue(ctx context.Context, names ...string) ([][]string, error) {
	out, err := c.call(ctx, "squeue", c.onCluster("-h", "-r", "-t", "all", "--name="+strings.Join(names, ","), "-o", format)...)
	if err != nil {
		return nil, err
	}
	var lines [][]string
	for line := range strings.Lines(out) {
		parts := strings.SplitN(strings.TrimRight(line, "\n"), "|", 7)
		if len(parts) == 7 && !slices.Contains(ended, parts[3]) {
			lines = append(lines, parts)
		}
	}
	return lines, nil
}

// parseTask reads the fields of a live task; ok is false for one that is not ours.
func parseTask(parts []string, frozen map[string]*Frozen) (t Task, ok bool, err error) {
	t = Task{Job: parts[0], State: parts[3], Reason: parts[4], Node: parts[5]}
	name := parts[2]
	if name, t.Report = strings.CutSuffix(name, reportSuffix); t.Report {
		return t, true, nil
	}
	f := frozen[name]
	if f == nil {
		return t, false, nil
	}
	offset, err := offsetOf(parts[6])
	if err == nil {
		t.Index, err = strconv.Atoi(parts[1])
	}
	if err == nil && (offset+t.Index < 0 || offset+t.Index >= len(f.Cells)) {
		err = fmt.Errorf("no cell %d", offset+t.Index)
	}
	if err != nil {
		return t, false, fmt.Errorf("squeue: cannot tell which cell task %s_%s (%s) has: %w; wait until it ends or scancel it", parts[0], parts[1], name, err)
	}
	t.Cell = f.Cells[offset+t.Index]
	return t, true, nil
}

// comment is what is noted at an array of that offset, for offsetOf to read.
func comment(offset int) string { return fmt.Sprintf("offset=%d", offset) }

func offsetOf(comment string) (int, error) {
	text, ok := strings.CutPrefix(comment, "offset=")
	if !ok {
		return 0, fmt.Errorf("its comment is %q, expected offset=N", comment)
	}
	return strconv.Atoi(text)
}

// LogOf is the log of a task.
func LogOf(run string, t Task) string {
	return filepath.Join(Logs(run), fmt.Sprintf("%s_%d.log", t.Job, t.Index))
}

package slurm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"protobench/harness/store"
	"protobench/harness/sweep"
)

// Submission says what became of a submission.
type Submission struct {
	Name      string   `json:"name"`             // of the tasks
	Jobs      []string `json:"jobs"`             // ids of the arrays
	Queued    int      `json:"queued"`           // cells that were submitted now
	Live      int      `json:"live"`             // cells that were queued or running before
	Ended     int      `json:"ended"`            // cells that have a result by now
	Report    string   `json:"report,omitempty"` // id of the job that writes the report
	NotQueued []string `json:"not_queued"`       // cells that no task has, by Refusal
	Refusal   string   `json:"refusal,omitempty"`
}

// Submit queues a task for each cell that is wanted and that no task of an earlier submission has,
// and behind all of them a job that writes the report. wanted are folders out of f's list. What one
// array of several is refused leaves those before it queued: the submission then says which cells
// have no task, and why.
//
// flags are passed on to the program's hidden verb work.
func Submit(ctx context.Context, f *Frozen, s sweep.Slurm, wanted []string, flags ...string) (Submission, error) {
	return NewClient(f.Cluster).submit(ctx, f, s, wanted, flags...)
}

func (c *Client) submit(ctx context.Context, f *Frozen, s sweep.Slurm, wanted []string, flags ...string) (Submission, error) {
	out := Submission{Name: f.Name(), Jobs: []string{}, NotQueued: []string{}}
	live, err := liveIn(ctx, f.Run)
	if err != nil {
		return out, err
	}
	indices := f.missing(wanted, live, &out)
	if len(indices) == 0 {
		return out, nil
	}
	size := s.ArraySize
	if size == 0 {
		if size, err = c.maxArraySize(ctx); err != nil {
			return out, err
		}
	}
	if err := f.writeScripts(s, flags); err != nil {
		return out, err
	}
	q := &submitter{client: c, frozen: f, settings: s, seen: jobsOf(live), out: &out}
	q.arrays(ctx, arrays(indices, size, s.Throttle))
	q.report(ctx, live)
	return out, nil
}

// missing are the indices of the wanted cells that no live task has and that have no result,
// ascending. It looks for results after the queue was asked: a task that ended in between has left
// one.
func (f *Frozen) missing(wanted []string, live []Task, out *Submission) []int {
	have, wants := map[string]bool{}, map[string]bool{}
	for _, t := range live {
		have[t.Cell] = true
	}
	for _, w := range wanted {
		wants[w] = true
	}
	var indices []int
	for i, cell := range f.Cells {
		switch {
		case !wants[cell]:
		case have[cell]:
			out.Live++
		case hasResult(f.Run, cell):
			out.Ended++
		default:
			indices = append(indices, i)
		}
	}
	return indices
}

// hasResult lists the folder: a network file system may say for a while of a single file that it
// is not there.
func hasResult(run, cell string) bool {
	entries, err := os.ReadDir(filepath.Join(run, "cells", cell))
	return err == nil && slices.ContainsFunc(entries, func(e os.DirEntry) bool { return e.Name() == "result.json" })
}

// jobsOf are the ids of some tasks' jobs, each once.
func jobsOf(tasks []Task) []string {
	var ids []string
	for _, t := range tasks {
		if !slices.Contains(ids, t.Job) {
			ids = append(ids, t.Job)
		}
	}
	return ids
}

// submitter queues arrays one after another.
type submitter struct {
	client   *Client
	frozen   *Frozen
	settings sweep.Slurm
	seen     []string // ids of the jobs that are known
	out      *Submission
}

// arrays queues all of them, up to the first that is refused.
func (q *submitter) arrays(ctx context.Context, all []array) {
	for i, a := range all {
		args := []string{"--comment=" + comment(a.offset), "--array=" + a.String(), "--output=" + logPattern(q.frozen.Run, "%A_%a.log")}
		args = append(args, "--requeue", "--open-mode=append", fmt.Sprintf("--signal=B:USR1@%d", q.settings.Grace), fmt.Sprintf("--cpus-per-task=%d", q.settings.CPUs))
		if a.after >= 0 {
			args = append(args, "--dependency=afterany:"+q.out.Jobs[a.after])
		}
		id, err := q.sbatch(ctx, q.frozen.Name(), comment(a.offset), append(args, q.frozen.script("cell"), fmt.Sprint(a.offset))...)
		if err != nil {
			q.out.Refusal = err.Error()
			for _, rest := range all[i:] {
				for _, t := range rest.tasks {
					q.out.NotQueued = append(q.out.NotQueued, q.frozen.Cells[rest.offset+t])
				}
			}
			return
		}
		q.out.Jobs = append(q.out.Jobs, id)
		q.out.Queued += len(a.tasks)
	}
}

// report queues the job that writes the report, behind all tasks, those of earlier submissions too,
// and takes earlier reports that still wait out of the queue.
func (q *submitter) report(ctx context.Context, live []Task) {
	if len(q.out.Jobs) == 0 {
		return
	}
	before, after := []string{}, slices.Clone(q.out.Jobs)
	for _, t := range live {
		switch {
		case !t.Report && !slices.Contains(after, t.Job):
			after = append(after, t.Job)
		case t.Report && t.State == "PENDING":
			before = append(before, t.Job)
		}
	}
	id, err := q.sbatch(ctx, q.frozen.Name()+reportSuffix, "report", "--comment=report", "--dependency=afterany:"+strings.Join(after, ":"),
		"--output="+logPattern(q.frozen.Run, "report-%j.log"), q.frozen.script("report"))
	if err != nil {
		q.out.Refusal = strings.TrimPrefix(q.out.Refusal+"; ", "; ") + "the report has no job: " + err.Error()
		return
	}
	q.out.Report = id
	if len(before) > 0 {
		_, _ = q.client.call(ctx, "scancel", q.client.onCluster(before...)...) // two reports are one too many, no harm
	}
}

// sbatch submits one job and returns its id. After an error it looks whether the job was taken all
// the same, and it tries again where the controller was not heard.
func (q *submitter) sbatch(ctx context.Context, name, note string, args ...string) (string, error) {
	args = slices.Concat([]string{"--parsable", "--job-name=" + name}, q.site(), args)
	pause := q.client.pause
	for try := 1; ; try++ {
		out, err := q.client.call(ctx, "sbatch", q.client.onCluster(args...)...)
		if err == nil {
			id, _, _ := strings.Cut(strings.TrimSpace(out), ";") // ID or ID;CLUSTER
			if id == "" {
				err = fmt.Errorf("sbatch: printed no job id")
			} else {
				q.seen = append(q.seen, id)
				return id, nil
			}
		}
		id, looked := q.taken(ctx, name, note)
		if id != "" {
			return id, nil
		}
		if looked != nil {
			return "", errors.Join(err, fmt.Errorf("whether it was queued all the same is unknown: %w", looked))
		}
		if !passing(err) || try == 3 {
			return "", err
		}
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-time.After(pause):
		}
		pause *= 2
	}
}

// taken finds a job that was queued although its submission failed.
func (q *submitter) taken(ctx context.Context, name, note string) (string, error) {
	lines, err := q.client.squeue(ctx, name)
	if err != nil {
		return "", err
	}
	for _, p := range lines {
		if p[2] == name && p[6] == note && !slices.Contains(q.seen, p[0]) {
			q.seen = append(q.seen, p[0])
			return p[0], nil
		}
	}
	return "", nil
}

// site are the options that a site asks for.
func (q *submitter) site() []string {
	var out []string
	for _, o := range []struct{ name, value string }{
		{"partition", q.settings.Partition}, {"account", q.settings.Account}, {"qos", q.settings.QOS}, {"time", q.settings.Time}, {"mem", q.settings.Memory},
		{"constraint", q.settings.Constraint},
	} {
		if o.value != "" {
			out = append(out, "--"+o.name+"="+o.value)
		}
	}
	return out
}

// script is the batch script of a kind of job.
func (f *Frozen) script(kind string) string {
	return filepath.Join(Folder(f.Run), f.Name()+"-"+kind+".sh")
}

// logPattern is a pattern of file names as sbatch reads it: a per cent sign of the folder is no
// placeholder.
func logPattern(run, name string) string {
	return filepath.Join(strings.ReplaceAll(Logs(run), "%", "%%"), name)
}

// writeScripts writes what the tasks run. The program takes the script's place, so that it gets the
// signals and its exit code is the task's.
func (f *Frozen) writeScripts(s sweep.Slurm, flags []string) error {
	program, run := shellQuote(filepath.Join(Folder(f.Run), f.Program.File)), shellQuote(f.Run)
	cell := fmt.Sprintf("exec %s work %s --submission=%s --offset=\"$1\" --restarts=%d", program, run, f.Name(), s.Restarts)
	if s.Time != "" {
		cell += " --limit=" + shellQuote(s.Time)
	}
	for _, flag := range flags {
		cell += " " + shellQuote(flag)
	}
	cell += "\n"
	report := fmt.Sprintf("exec %s work %s --submission=%s --report\n", program, run, f.Name())
	for kind, command := range map[string]string{"cell": cell, "report": report} {
		if err := store.WriteFile(f.script(kind), []byte(preamble(s.Extra)+command)); err != nil {
			return err
		}
	}
	return nil
}

// preamble begins a batch script: options of sbatch have to stand before the first command.
func preamble(extra []string) string {
	options, commands := "", ""
	for _, line := range extra {
		switch {
		case strings.HasPrefix(line, "-"):
			options += "#SBATCH " + line + "\n"
		case strings.HasPrefix(line, "#SBATCH"):
			options += line + "\n"
		default:
			commands += line + "\n"
		}
	}
	return "#!/bin/sh\n" + options + commands
}

// shellQuote makes one word of a text.
func shellQuote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

package slurm

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Here is the task of an array that this process is.
type Here struct {
	Job      string // of the array
	Index    int
	Restarts int // times that Slurm has started it again
	Threads  int // that it was given; 0 where Slurm says nothing
}

// Inside returns the task that the environment speaks of, nil outside of any.
func Inside() (*Here, error) {
	job, index := os.Getenv("SLURM_ARRAY_JOB_ID"), os.Getenv("SLURM_ARRAY_TASK_ID")
	if job == "" && index == "" {
		return nil, nil
	}
	h := &Here{Job: job}
	for _, v := range []struct {
		name string
		to   *int
	}{{"SLURM_ARRAY_TASK_ID", &h.Index}, {"SLURM_RESTART_COUNT", &h.Restarts}, {"SLURM_CPUS_PER_TASK", &h.Threads}} {
		text := os.Getenv(v.name)
		if text == "" && v.to != &h.Index {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return nil, fmt.Errorf("%s=%q: expected a number, as Slurm sets it in a task", v.name, text)
		}
		*v.to = n
	}
	return h, nil
}

// String is the task as Slurm's commands take it. Its own job id may be that of the whole array.
func (h *Here) String() string { return fmt.Sprintf("%s_%d", h.Job, h.Index) }

// Requeue has the task queued again, to go on from its checkpoint. A task that is being cancelled,
// or that is over its limit, is left alone: queued is then false.
func (c *Client) Requeue(ctx context.Context, h *Here) (queued bool, err error) {
	out, err := c.call(ctx, "squeue", c.onCluster("-h", "-r", "-t", "all", "-j", h.String(), "-o", "%T")...)
	if err != nil {
		return false, err
	}
	if strings.TrimSpace(out) != "RUNNING" {
		return false, nil
	}
	_, err = c.control(ctx, "requeue", h.String())
	return err == nil, err
}

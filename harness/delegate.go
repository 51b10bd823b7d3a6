package harness

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"protobench/datasets"
	"protobench/harness/cell"
	"protobench/harness/store"
	"protobench/harness/sweep"
)

// Delegate freezes a plan in a directory and hands the jobs that have no result to others, such as
// the queue of a cluster; each is run by [Work]. Workers may be at work meanwhile, but no run and
// nobody else who plans. Of the options, RetryFailed, Reuse and Tell count here.
func Delegate(p *Plan, jobs []cell.Job, dir string, o Options, hand func(d *store.Dir, todo []cell.Job) error) (s Summary, err error) {
	from, err := othersIn(o.Reuse)
	if err != nil {
		return s, err
	}
	d, lock, change, err := begin(p, dir, (*store.Dir).LockToPlan)
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	ctx, stop := lock.Context(context.Background())
	defer stop()
	x, todo := readied(ctx, p, jobs, d, o, from)
	x.summary.Change = change
	return x.summary, hand(d, todo)
}

// PlanOfCell is the plan of one cell, by its folder's name, of a plan that is frozen in file. The
// sweep is read anew, so that the cell is in all the one of a run. A cell that has another hash now,
// as with other data or another revision of the numerics, is an error.
func PlanOfCell(file string, frozen store.Plan, folder string, data *datasets.Library) (*Plan, error) {
	at := slices.IndexFunc(frozen.Cells, func(c store.PlanCell) bool { return c.Dir == folder })
	if at < 0 {
		return nil, fmt.Errorf("%s: no cell %q is planned; cells are named by their folders", file, folder)
	}
	p, err := NewPlan(file, frozen.Sweep, Catalogue(), data)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(p.Jobs, func(j cell.Job) bool { return j.Hash == frozen.Cells[at].Cell.Hash })
	if i < 0 {
		return nil, fmt.Errorf("%s: %s would be another cell here: its data, or the program's numerics (%d), are not those that were planned with", file, folder, sweep.Numerics)
	}
	p.Jobs = p.Jobs[i : i+1]
	return p, nil
}

// GiveUp ends a plan's only cell as failed, for a reason that no further try would change. A result
// that stands is left alone.
func GiveUp(p *Plan, dir, reason, version string) error {
	d, err := store.Open(dir)
	if err != nil {
		return err
	}
	j := &p.Jobs[0]
	c := d.Cell(j.Record(p.Sweep.Name))
	claim, err := c.Claim()
	if err != nil {
		return err
	}
	r := cell.NewResult(j, store.Failed, reason)
	r.Provenance.Version = version
	if _, found, err := c.Result(); found && err == nil {
		return claim.Release()
	}
	_, err = c.Publish(r)
	return errors.Join(err, claim.Release())
}

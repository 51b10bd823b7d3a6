package store

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Who may be at work in a run directory at once:
//
//	            run    plan   worker
//	run         no     no     no       Dir.Lock: a local run, alone
//	plan        no     no     yes      Dir.LockToPlan: planning and submitting
//	worker      no     yes    yes      Dir.Join: many processes on many hosts, each on cells of its own
//
// Runs and workers alike take each cell by CellDir.Claim before they write into its folder, and end
// it by CellDir.Publish.

// Lock keeps everybody else out of the directory until it is released or the process ends: for a
// run that does all its cells itself. Somebody else at work is a *Held. The lock of a process that
// died is taken over: at once where it ran on this host, else after StaleAfter without a heartbeat.
func (d *Dir) Lock() (*Lock, error) {
	l, err := d.lock("run")
	if err != nil {
		return nil, err
	}
	// Workers register first and look for this lock then; the other way round here.
	for _, w := range d.Workers() {
		if w.Live {
			return nil, withRelease(l, &Held{w.path, w.Owner, w.quiet})
		}
		_ = os.Remove(w.path) // what a dead worker left; the next run tries again
	}
	return l, nil
}

// LockToPlan keeps runs and other planners out, and lets workers be: for planning and submitting.
func (d *Dir) LockToPlan() (*Lock, error) { return d.lock("plan") }

func (d *Dir) lock(purpose string) (*Lock, error) {
	l, err := acquire(d.lockPath(), purpose, Heartbeat)
	if os.IsPermission(err) {
		err = unwritable(d.path, err)
	}
	return l, err
}

// Join makes this process one of the directory's workers, until it releases the lock or ends. It
// is refused with *Held while a run has the directory for itself.
func (d *Dir) Join() (*Lock, error) {
	me, err := self("worker")
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(d.workers(), 0o755); err != nil {
		return nil, unwritable(d.path, err)
	}
	l, err := acquire(filepath.Join(d.workers(), fmt.Sprintf("%s-%d-%.8s", me.Host, me.PID, me.Token)), "worker", Heartbeat)
	if err != nil {
		return nil, err
	}
	if by, quiet, live := peek(d.lockPath()); live && by.Purpose != "plan" {
		return nil, withRelease(l, &Held{d.lockPath(), by, quiet})
	}
	return l, nil
}

// withRelease gives a lock back for a reason.
func withRelease(l *Lock, why error) error {
	if err := l.Release(); err != nil {
		return fmt.Errorf("%w (and %w)", why, err)
	}
	return why
}

// Presence is an owner of a lock as others see it.
type Presence struct {
	Owner
	Quiet float64 `json:"quiet_s"` // seconds since its last heartbeat
	Live  bool    `json:"live"`    // false for one that died, or was silent for StaleAfter

	path  string
	quiet time.Duration
}

// Workers lists who has joined, the dead who left no word included.
func (d *Dir) Workers() []Presence {
	entries, err := os.ReadDir(d.workers())
	if err != nil {
		return nil
	}
	var out []Presence
	for _, e := range entries {
		if p, found := presence(filepath.Join(d.workers(), e.Name())); found {
			out = append(out, p)
		}
	}
	return out
}

// Claim takes a cell for this process until it releases the lock or ends; a *Held says who has it.
// A dead owner's claim is taken over as Dir.Lock does. It makes the cell's folder.
func (c *CellDir) Claim() (*Lock, error) {
	if err := os.MkdirAll(c.path, 0o755); err != nil {
		return nil, err
	}
	return acquire(c.claimPath(), "cell", Heartbeat)
}

// Claimant says who runs the cell or ran it last without giving it back; found is false when nobody
// does.
func (c *CellDir) Claimant() (p Presence, found bool) { return presence(c.claimPath()) }

func presence(path string) (p Presence, found bool) {
	o, quiet, live := peek(path)
	return Presence{o, quiet.Seconds(), live, path, quiet}, live || o.Host != ""
}

func (d *Dir) lockPath() string      { return filepath.Join(d.path, ".lock") }
func (d *Dir) workers() string       { return filepath.Join(d.path, ".workers") }
func (c *CellDir) claimPath() string { return c.file(".claim") }

// holder describes who is at work here now, "" when nobody is.
func (d *Dir) holder() string {
	if o, _, live := peek(d.lockPath()); live {
		return o.String()
	}
	var first string
	n := 0
	for _, w := range d.Workers() {
		if w.Live {
			if n++; n == 1 {
				first = w.String()
			}
		}
	}
	switch n {
	case 0:
		return ""
	case 1:
		return "worker " + first
	}
	return fmt.Sprintf("%d workers, one of them %s", n, first)
}

package store

import "time"

// Beat is the last sign of life of whoever is at work in the directory, a run or workers; running is
// false when nobody is.
func (d *Dir) Beat() (at time.Time, running bool) {
	all := d.Workers()
	if p, found := presence(d.lockPath()); found {
		all = append(all, p)
	}
	now := time.Now()
	for _, p := range all {
		if last := now.Add(-p.quiet); p.Live && (!running || last.After(at)) {
			at, running = last, true
		}
	}
	return at, running
}

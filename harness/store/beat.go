package store

import (
	"os"
	"time"
)

// Beat is the last sign of life of a run at work in the directory; running is false when none is.
func (d *Dir) Beat() (at time.Time, running bool) {
	info, err := os.Stat(d.lockPath())
	if err != nil || d.holder() == "" {
		return time.Time{}, false
	}
	return info.ModTime(), true
}

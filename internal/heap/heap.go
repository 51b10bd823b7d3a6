package heap

import (
	"os"
	"runtime/debug"
)

// Early has garbage collected once it is a tenth of what is in use, not as much again.
// Nearly all memory in use are numbers in which the collector finds nothing to follow, so that a
// collection takes a moment and the resident set stays flat. What it returns has to be kept: it
// counts as in use and is never touched, so that it takes no memory. Without it a command that
// needs few megabytes would collect every few hundred kilobytes, and spend half its time there.
func Early() []byte {
	const percent, floor = 10, 80 << 20
	if _, chosen := os.LookupEnv("GOGC"); chosen {
		return nil
	}
	debug.SetGCPercent(percent)
	return make([]byte, floor)
}

// Late has garbage collected once it is half of what is in use, until what it returns is called: for
// results, which are maps and texts, where early collection doubles the time of a report.
func Late() (early func()) {
	if _, chosen := os.LookupEnv("GOGC"); chosen {
		return func() {}
	}
	before := debug.SetGCPercent(50)
	return func() { debug.SetGCPercent(before) }
}

// Below has the collector work harder before the process comes to nine tenths of a limit, rather
// than over it, until what it returns is called; 0 is no limit. GOMEMLIMIT stands as it is.
func Below(limit int64) (undo func()) {
	if _, chosen := os.LookupEnv("GOMEMLIMIT"); chosen || limit <= 0 {
		return func() {}
	}
	before := debug.SetMemoryLimit(-1)
	debug.SetMemoryLimit(min(before, limit/10*9))
	return func() { debug.SetMemoryLimit(before) }
}

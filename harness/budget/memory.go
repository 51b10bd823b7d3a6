package budget

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"

	"protobench/harness/cell"
)

// usable is the share of what there is that cells may fill: the rest is for the program, what its
// collector has not yet collected, and others on the machine.
const usable = 0.8

// Available is the memory that this process may take, in bytes, and what sets that limit: the
// machine's free memory, what its control groups have left, ulimit -v, or GOMEMLIMIT; 0 where the
// system does not tell.
func Available() (bytes int64, by string) { return availableUnder("/") }

// Limit is what of this is set for the process, whatever the machine has free, of which there may be
// more in a moment; 0 where nothing is.
func Limit() int64 {
	bytes, _ := limitUnder("/")
	return bytes
}

// availableUnder reads the files of the system under a root.
func availableUnder(root string) (bytes int64, by string) {
	bytes, by = limitUnder(root)
	if n := freeMemory(root); n > 0 && (bytes == 0 || n <= bytes) {
		return n, "free memory of the machine"
	}
	return bytes, by
}

// limitUnder is availableUnder without the machine's free memory.
func limitUnder(root string) (bytes int64, by string) {
	take := func(n int64, from string) {
		if n > 0 && (bytes == 0 || n < bytes) {
			bytes, by = n, from
		}
	}
	take(groupLeft(root), "control group")
	take(addressLimit(), "ulimit -v")
	if n := debug.SetMemoryLimit(-1); os.Getenv("GOMEMLIMIT") != "" && n < math.MaxInt64 {
		take(n, "GOMEMLIMIT")
	}
	return bytes, by
}

// freeMemory is MemAvailable of /proc/meminfo.
func freeMemory(root string) int64 {
	text, err := os.ReadFile(filepath.Join(root, "proc/meminfo"))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) >= 2 && fields[0] == "MemAvailable:" {
			n, _ := strconv.ParseInt(fields[1], 10, 64) // 0 where it is no number
			return n << 10
		}
	}
	return 0
}

// gate lets cells in as long as there is memory for them.
type gate struct {
	mu      sync.Mutex
	changed *sync.Cond
	limit   int64 // bytes of all cells; 0 for none
	inside  int64 // bytes of those that are in
	running int
}

func newGate(limit int64) *gate {
	g := &gate{limit: limit}
	g.changed = sync.NewCond(&g.mu)
	return g
}

// enter waits until there is room for a cell, or until ctx ends; leave makes its room free again. A
// cell that is alone gets in whatever it needs.
func (g *gate) enter(ctx context.Context, need int64) (leave func()) {
	stop := context.AfterFunc(ctx, func() { // under the lock, so that nobody is between looking and waiting
		g.mu.Lock()
		defer g.mu.Unlock()
		g.changed.Broadcast()
	})
	defer stop()
	g.mu.Lock()
	defer g.mu.Unlock()
	for g.limit > 0 && g.running > 0 && g.inside+need > g.limit && ctx.Err() == nil {
		g.changed.Wait()
	}
	g.running, g.inside = g.running+1, g.inside+need
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.running, g.inside = g.running-1, g.inside-need
		g.changed.Broadcast()
	}
}

// budgetOf is what all cells together may hold of a limit on the process: what is left beside their
// images and the program itself.
func budgetOf(limit, images int64) int64 {
	const program = 96 << 20 // and its page, which is made meanwhile
	if limit <= 0 {
		return 0
	}
	return max(1, int64(usable*float64(limit))-images-program)
}

// tooLarge says why a cell cannot run in the memory that there is, "" where it can.
func tooLarge(n cell.Need, budget int64, by string) string {
	if budget <= 0 || n.Total() <= budget {
		return ""
	}
	return fmt.Sprintf("needs about %s of memory (%s to train, %s of scores of all images, %s of features and copies of prototypes), and there are %s for it (%s); "+
		"lower prototypes.count, train.batch or data.limit, or give it more with --max-memory", gigabytes(n.Total()), gigabytes(n.Training), gigabytes(n.Scores), gigabytes(n.Features), gigabytes(budget), by)
}

func gigabytes(n int64) string {
	switch {
	case n < 1e6:
		return fmt.Sprintf("%.0f kB", float64(n)/1e3)
	case n < 1e9:
		return fmt.Sprintf("%.0f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1e9)
}

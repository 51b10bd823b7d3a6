package bench

import (
	"fmt"
	"runtime"
	"strings"
)

// heapCount counts the bytes that the process allocates on the heap between each start and the stop
// that follows it.
type heapCount struct {
	bytes uint64
	at    runtime.MemStats
}

func (h *heapCount) start() { runtime.ReadMemStats(&h.at) }

func (h *heapCount) stop() {
	from := h.at.TotalAlloc
	runtime.ReadMemStats(&h.at)
	h.bytes += h.at.TotalAlloc - from
}

// memory is the report's line on it. What the system does not tell is left out.
func (r *stepReport) memory() string {
	var resident []string
	for _, m := range []struct {
		bytes int64
		when  string
	}{{r.BytesFirst, "after a tenth of the steps"}, {r.BytesLast, "at the end"}, {r.PeakBytes, "at most"}} {
		if m.bytes > 0 {
			resident = append(resident, fmt.Sprintf("%.1f %s", float64(m.bytes)/(1<<20), m.when))
		}
	}
	text := fmt.Sprintf("%.1f KiB allocated a step", r.BytesAStep/1024)
	if len(resident) > 0 {
		text += "; MiB resident: " + strings.Join(resident, ", ")
	}
	return text
}

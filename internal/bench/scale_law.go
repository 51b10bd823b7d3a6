package bench

import (
	"fmt"
	"math"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"protobench/internal/kernel"
)

// scaleLaw is something whose cost grows along an axis.
type scaleLaw struct {
	what   string
	due    float64 // slope in log-log that its work has where nothing else counts
	linear bool    // a slope above 1.1 × due is a fault
	least  int     // sizes below make no sense
	most   int     // nor do sizes above, unless it is 0
	once   bool    // run once: a second time would be another thing, or take too long

	// build readies one size.
	build func(x int) (scaleRun, error)
}

// scaleRun is one size that is ready.
type scaleRun struct {
	run   func() error
	took  func() float64 // seconds of the last run, where not all of it counts; nil: all of it
	gflop float64        // of products; 0 where they are not what counts
	gemm  func()         // the same products and nothing else; nil where there are none
	times float64        // how many of them a run has
	done  func()         // cleans up; nil: nothing
}

// scalePoint is one measurement.
type scalePoint struct {
	X     int     `json:"x"`
	S     float64 `json:"s"`                        // median
	Runs  int     `json:"runs"`                     // that were timed
	Bytes int64   `json:"bytes"`                    // resident that were not before
	Share float64 `json:"peak_share,omitempty"`     // of the peak, where products count
	Gemm  float64 `json:"gemm_s,omitempty"`         // products alone
	Ratio float64 `json:"times_its_gemm,omitempty"` // s over that
}

// scaleSeries is a law as it was measured; its JSON keys are a contract.
type scaleSeries struct {
	Bench   string       `json:"bench"`
	Part    string       `json:"part"`
	Axis    string       `json:"axis"`
	What    string       `json:"what"`
	Points  []scalePoint `json:"points"`
	Slope   *float64     `json:"slope"`     // of time in log-log over all points, least squares; null for fewer than two
	End     *float64     `json:"slope_end"` // over the upper half of them
	Due     float64      `json:"slope_due"`
	Linear  bool         `json:"linear"`
	Steep   bool         `json:"steep"` // slope_end above 1.1 × slope_due where the work is linear; not judged on --quick
	Threads int          `json:"threads"`
	ISA     kernel.ISA   `json:"isa"`
	Peak    float64      `json:"peak_gflop_per_s"`
	Quick   bool         `json:"quick,omitempty"`
}

// scaleBudget is how long a size is measured where it is quick enough for several runs.
const scaleBudget = 500 * time.Millisecond

// scaleRuns are the most runs of one size, after the one that warms up.
const scaleRuns = 9

// scaleLong is what one run takes of which there is no second one.
const scaleLong = 5 * time.Second

// measure builds a size and times it: after a run that warms up, in which memory is touched for the
// first time, unless that took so long that nothing else shows.
func (s *scaler) measure(law scaleLaw, x int) (p scalePoint, err error) {
	debug.FreeOSMemory()
	before := resident()
	r, err := law.build(x)
	if err != nil {
		return p, err
	}
	if r.done != nil {
		defer r.done()
	}
	var samples []float64
	spent := 0.0
	for {
		took, err := timed(r)
		if err != nil {
			return p, err
		}
		samples, spent = append(samples, took), spent+took
		enough := len(samples) > 1 && spent > scaleBudget.Seconds() || len(samples) > scaleRuns
		if law.once || s.quick || enough || took > scaleLong.Seconds() {
			break
		}
	}
	if len(samples) > 1 {
		samples = samples[1:]
	}
	p = scalePoint{X: x, S: median(samples), Runs: len(samples), Bytes: max(0, resident()-before)}
	if r.gflop > 0 && s.peak > 0 {
		p.Share = r.gflop / p.S / s.peak
	}
	if r.gemm != nil {
		gemm, _ := repeat(func() error { r.gemm(); return nil }) // cannot fail
		p.Gemm = gemm * max(1, r.times)
		p.Ratio = p.S / p.Gemm
	}
	return p, nil
}

func timed(r scaleRun) (seconds float64, err error) {
	began := time.Now()
	err = r.run()
	seconds = time.Since(began).Seconds()
	if r.took != nil {
		seconds = r.took()
	}
	return seconds, err
}

// conclude fits the slopes.
func (r *scaleSeries) conclude() {
	r.Slope = slopeOf(r.Points)
	r.End = slopeOf(r.Points[len(r.Points)/2:])
	if len(r.Points) == 2 {
		r.End = r.Slope
	}
	r.Steep = r.Linear && !r.Quick && r.End != nil && *r.End > 1.1*r.Due
}

// slopeOf is that of time against size in log-log by least squares; nil where there is none.
func slopeOf(points []scalePoint) *float64 {
	var n, sx, sy, sxx, sxy float64
	for _, p := range points {
		if p.X < 1 || !(p.S > 0) {
			continue
		}
		x, y := math.Log(float64(p.X)), math.Log(p.S)
		n, sx, sy = n+1, sx+x, sy+y
		sxx, sxy = sxx+float64(x*x), sxy+float64(x*y)
	}
	over := float64(n*sxx) - float64(sx*sx)
	if n < 2 || over <= 0 {
		return nil
	}
	slope := (float64(n*sxy) - float64(sx*sy)) / over
	return &slope
}

const (
	scaleWhat   = 30 // columns of a law's name
	scaleColumn = 9  // of a size
)

// scaleHead is the head of an axis's table.
func scaleHead(axis string, sizes []int) string {
	text := fmt.Sprintf("\n%-*s", scaleWhat, axis)
	for _, x := range sizes {
		text += fmt.Sprintf("%*d", scaleColumn, x)
	}
	return text + "   slope at end   due\n"
}

// text is a law's rows: time, memory, and where products count their share of the peak or how many
// times their own time it takes.
func (r *scaleSeries) text(sizes []int) string {
	row := func(name string, of func(p scalePoint) string) string {
		text := fmt.Sprintf("%-*s", scaleWhat, name)
		for _, x := range sizes {
			cell := "–"
			if i := slices.IndexFunc(r.Points, func(p scalePoint) bool { return p.X == x }); i >= 0 {
				cell = of(r.Points[i])
			}
			text += strings.Repeat(" ", max(1, scaleColumn-len([]rune(cell)))) + cell
		}
		return text
	}
	due := fmt.Sprintf("%.1f", r.Due)
	if !r.Linear {
		due = "≤" + due
	}
	if r.Steep {
		due += " steep"
	}
	text := row(r.What+", ms", func(p scalePoint) string { return blank(1e3 * p.S) }) + fmt.Sprintf(" %7s %6s %5s\n", slopeText(r.Slope), slopeText(r.End), due)
	text += row("  MiB", func(p scalePoint) string { return fmt.Sprintf("%.1f", float64(p.Bytes)/(1<<20)) }) + "\n"
	if slices.ContainsFunc(r.Points, func(p scalePoint) bool { return p.Share > 0 }) {
		text += row("  % of the peak", func(p scalePoint) string { return fmt.Sprintf("%.1f", 100*p.Share) }) + "\n"
	}
	if slices.ContainsFunc(r.Points, func(p scalePoint) bool { return p.Ratio > 0 }) {
		text += row("  times its products alone", func(p scalePoint) string { return fmt.Sprintf("%.2f", p.Ratio) }) + "\n"
	}
	return text
}

func slopeText(v *float64) string {
	if v == nil {
		return "–"
	}
	return fmt.Sprintf("%.2f", *v)
}

// scratchDir returns what makes a temporary folder on the first call, and what removes it.
func scratchDir() (dir func() (string, error), remove func()) {
	var made string
	return func() (_ string, err error) {
			if made == "" {
				made, err = os.MkdirTemp("", "protobench-scale-")
			}
			return made, err
		}, func() {
			if made != "" {
				_ = os.RemoveAll(made) // a folder of ours under the system's temporary one
			}
		}
}

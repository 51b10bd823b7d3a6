package cell

import "time"

// pace says when a cell's next checkpoint is due: soon after training begins, so that a short cell
// goes on too, then ever more rarely up to the interval that is asked for.
type pace struct {
	every        time.Duration // the longest gap
	begun, saved time.Time
	took         time.Duration // of the last checkpoint
}

const (
	firstCheckpoint = time.Second // after training began
	gapShare        = 2           // a gap is at least this fraction, 1/2, of the time trained so far, up to every
	costShare       = 50          // and at least so many times as long as a checkpoint takes
)

func newPace(every time.Duration, now time.Time) pace {
	return pace{every: every, begun: now, saved: now}
}

// due reports whether a checkpoint is due.
func (p *pace) due(now time.Time) bool {
	gap := max(firstCheckpoint, now.Sub(p.begun)/gapShare, costShare*p.took)
	return now.Sub(p.saved) >= min(gap, p.every)
}

// wrote notes a checkpoint that took from then to now.
func (p *pace) wrote(then, now time.Time) { p.saved, p.took = now, now.Sub(then) }

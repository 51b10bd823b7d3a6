package harness

import "time"

// ETA predicts the time left of a sweep from the work done, in steps. The rate
// is an exponentially weighted mean, so that a machine that slows down shows.
type ETA struct {
	Left int // steps left over all cells

	rate float64 // steps per second
	last time.Time
}

const (
	rateMemory = 0.9 // weight of the past per ten seconds
	pause      = 10  // times the predicted time after which the machine slept, rather than was slow
)

// Done notes finished steps at a time.
func (e *ETA) Done(steps int, now time.Time) {
	e.Left = max(e.Left-steps, 0)
	if e.last.IsZero() {
		e.last = now
		return
	}
	seconds := now.Sub(e.last).Seconds()
	if seconds <= 0 || steps == 0 {
		return
	}
	e.last = now
	if e.rate > 0 {
		seconds = min(seconds, pause*float64(steps)/e.rate)
	}
	e.blend(float64(steps)/seconds, seconds)
}

func (e *ETA) blend(rate, seconds float64) {
	if e.rate == 0 {
		e.rate = rate
		return
	}
	w := min(seconds/10*(1-rateMemory), 1)
	e.rate += float64(w * (rate - e.rate))
}

// Remaining is the predicted time left; false until there is a rate.
func (e *ETA) Remaining() (time.Duration, bool) {
	if e.rate <= 0 {
		return 0, false
	}
	return time.Duration(float64(e.Left) / e.rate * float64(time.Second)), true
}

// Skip takes off steps that need not be done.
func (e *ETA) Skip(steps int) { e.Left = max(e.Left-steps, 0) }

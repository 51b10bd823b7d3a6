package cell

import "protobench/harness/sweep"

// cadence says at which steps a cell is measured: before the first step,
// densely in the first epochs (some times each, or every few steps), then at
// ends of epochs, and at the end.
type cadence struct {
	perEpoch, epochs int // perEpoch is at least 1
	evaluate         sweep.Evaluate
}

// newCadence is a cell's; rows that are not trained have one too, of no steps.
func newCadence(c *sweep.Cell) cadence {
	return cadence{perEpoch: max(1, c.StepsPerEpoch()), epochs: c.Settings.Int("train.epochs"), evaluate: c.Evaluate()}
}

func (c cadence) total() int { return c.perEpoch * c.epochs }

// due reports whether a measurement follows the given number of steps.
func (c cadence) due(step int) bool {
	epoch, within := step/c.perEpoch, step%c.perEpoch
	switch {
	case step == 0 || step == c.total():
		return true
	case step <= c.evaluate.DenseEpochs*c.perEpoch:
		if every := c.evaluate.EarlyEvery; every > 0 {
			return within == 0 || step%every == 0
		}
		return within == 0 || crosses(within, c.perEpoch, c.evaluate.Dense)
	}
	return within == 0 && epoch%c.evaluate.Every == 0
}

// count is the number of measurements of a whole run.
func (c cadence) count() (n int) {
	for step := range c.total() + 1 {
		if c.due(step) {
			n++
		}
	}
	return n
}

// logged reports whether a line of steps.jsonl follows the given number of steps.
func (c cadence) logged(step int) bool { return step%c.evaluate.LogEvery == 0 || step == c.total() }

// crosses reports whether step i of n is the first to reach one of parts equal shares.
func crosses(i, n, parts int) bool { return i*parts/n > (i-1)*parts/n }

// epoch is the number of passes done after a step.
func (c cadence) epoch(step int) float64 { return float64(step) / float64(c.perEpoch) }

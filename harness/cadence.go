package harness

// cadence says at which steps a cell is measured: before the first step,
// densely in the first epochs, then at ends of epochs, and at the end.
type cadence struct {
	perEpoch, epochs int
	evaluate         Evaluate
}

func (c cadence) total() int { return c.perEpoch * c.epochs }

// due reports whether a measurement follows the given number of steps.
func (c cadence) due(step int) bool {
	epoch, within := step/c.perEpoch, step%c.perEpoch
	switch {
	case step == 0 || step == c.total():
		return true
	case step <= c.evaluate.DenseEpochs*c.perEpoch:
		return within == 0 || crosses(within, c.perEpoch, c.evaluate.Dense)
	}
	return within == 0 && epoch%c.evaluate.Every == 0
}

// crosses reports whether step i of n is the first to reach one of parts equal shares.
func crosses(i, n, parts int) bool { return i*parts/n > (i-1)*parts/n }

// epoch is the number of passes done after a step.
func (c cadence) epoch(step int) float64 { return float64(step) / float64(c.perEpoch) }

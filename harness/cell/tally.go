package cell

import (
	"fmt"
	"strconv"
	"time"

	"protobench/methods"
	"protobench/metrics/metric"
)

// tally sums up the steps of a cell.
type tally struct {
	lossSum float64 // since the last measurement
	lossN   int
	train   float64 // seconds
	eval    float64 // seconds
	stepMS  []float64
	watched watched
}

// add counts a step that took a time. What observers took of it is not charged to their arm.
func (t *tally) add(s methods.StepResult, took time.Duration) {
	t.train += took.Seconds()
	t.stepMS = append(t.stepMS, 1000*(took.Seconds()-s.Observers.Seconds()))
	t.lossSum += s.Loss
	t.lossN++
}

// loss is the mean since the last measurement.
func (t tally) loss() float64 { return t.lossSum / float64(t.lossN) }

func (t tally) training() metric.Training { return metric.Training{Loss: t.loss(), Steps: t.lossN} }

func (t tally) extra() map[string]string {
	exact := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	out := map[string]string{"loss_sum": exact(t.lossSum), "loss_n": strconv.Itoa(t.lossN), "train_s": exact(t.train), "eval_s": exact(t.eval)}
	t.watched.extra(out)
	return out
}

func tallyFrom(extra map[string]string) (t tally, err error) {
	read := func(key string) float64 {
		v, e := strconv.ParseFloat(extra[key], 64)
		if e != nil {
			err = fmt.Errorf("%s: found %q, expected a number", key, extra[key])
		}
		return v
	}
	t = tally{lossSum: read("loss_sum"), lossN: int(read("loss_n")), train: read("train_s"), eval: read("eval_s")}
	if err == nil {
		t.watched, err = watchedFrom(extra)
	}
	return t, err
}

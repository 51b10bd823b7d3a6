package cell

import (
	"context"
	"fmt"
	"maps"
	"math"
	"strconv"
	"strings"

	"protobench/datasets"
	"protobench/harness/store"
	"protobench/methods"
	"protobench/metrics/metric"
	"protobench/metrics/usage"
)

// stalledWithin is how near to ln K, in nats, a loss has learned nothing.
const stalledWithin = 1e-3

// A kind of total collapse, as the keys of [watch] call it.
const (
	oneLive  = "one_live"
	stalled  = "stalled"
	constant = "constant"
)

// collapses are the kinds in the order in which they are said.
func collapses() []string { return []string{oneLive, stalled, constant} }

// signs are what a measurement of the curves tells of total collapse.
type signs struct {
	live      int     // prototypes of the arm's own learner; -1 where it has none
	uniform   float64 // the loss of uniform predictions, ln K; NaN where the loss is of no predictions
	deviation float64 // relative standard deviation of the teacher's features; NaN where unknown
	on        *datasets.Images
}

// noSigns are those of nothing that could collapse.
func noSigns() signs { return signs{live: -1, uniform: math.NaN(), deviation: math.NaN()} }

// watched is what a cell's watch carries on from one measurement to the next, and over an
// interruption.
type watched struct {
	since   map[string]int // by kind: the step of the first measurement of those in a row that show it
	said    map[string]int // by kind: the step at which it had lasted long enough
	stopped string         // why training has ended before its last epoch; "" where it has not
}

// watchPrefix is that of a watch's entries in a checkpoint.
const watchPrefix = "watch."

func (w watched) extra(out map[string]string) {
	for kind, step := range w.since {
		out[watchPrefix+"since."+kind] = strconv.Itoa(step)
	}
	for kind, step := range w.said {
		out[watchPrefix+"said."+kind] = strconv.Itoa(step)
	}
	if w.stopped != "" {
		out[watchPrefix+"stopped"] = w.stopped
	}
}

func watchedFrom(extra map[string]string) (w watched, err error) {
	for key, text := range extra {
		entry, ours := strings.CutPrefix(key, watchPrefix)
		if !ours {
			continue
		}
		what, kind, _ := strings.Cut(entry, ".")
		if what == "stopped" {
			w.stopped = text
			continue
		}
		step, e := strconv.Atoi(text)
		if e != nil {
			err = fmt.Errorf("%s: found %q, expected a step", key, text)
		}
		w.note(what == "said", kind, step)
	}
	return w, err
}

// note sets a step of a kind. Copies of a watched do not change with it.
func (w *watched) note(said bool, kind string, step int) {
	m := &w.since
	if said {
		m = &w.said
	}
	next := maps.Clone(*m)
	if next == nil {
		next = map[string]int{}
	}
	next[kind] = step
	*m = next
}

// watch looks for total collapse at a measurement. What has lasted for [watch] stall_epochs is said
// once, or ends the training where the sweep asks for that.
func (l *trainingLoop) watch(s signs, loss float64) error {
	why, err := l.constant(s)
	if err != nil {
		return err
	}
	found := map[string]string{constant: why}
	if s.live == 0 || s.live == 1 {
		found[oneLive] = oneLiveText
	}
	if math.Abs(loss-s.uniform) <= stalledWithin {
		found[stalled] = fmt.Sprintf("the loss %.5g is within %g of ln K, that of uniform predictions", loss, stalledWithin)
	}
	rules := l.job.Cell.Watch()
	do := map[string]string{oneLive: rules.OneLive, stalled: rules.Stalled, constant: rules.Constant}
	for _, kind := range collapses() {
		l.lasting(kind, found[kind], do[kind] == "stop", rules.StallEpochs)
	}
	return nil
}

// lasting counts how long a kind has been seen, and says it once that is long enough.
func (l *trainingLoop) lasting(kind, what string, stop bool, epochs int) {
	w, step := &l.at.tally.watched, l.at.step
	since, seen := w.since[kind]
	switch {
	case what == "":
		w.forget(kind)
		return
	case !seen:
		w.note(false, kind, step)
		return
	}
	if _, said := w.said[kind]; said || step-since < epochs*l.cadence.perEpoch {
		return
	}
	w.note(true, kind, step)
	text := fmt.Sprintf("%s, from epoch %.3g to %.3g", what, l.cadence.epoch(since), l.cadence.epoch(step))
	if stop && step < l.cadence.total() {
		w.stopped = fmt.Sprintf("%s, where watch.%s = \"stop\" has ended it", text, kind)
		return
	}
	e := NewEvent(l.job, l.at, Warned, nil)
	e.Reason = text
	l.with.Tell(e)
	_ = l.dir.Log("warning: " + text) // it is told and counted all the same
}

// constant says why the teacher's features are constant, "" where they are not.
func (l *trainingLoop) constant(s signs) (string, error) {
	if !suspicious(s.deviation) {
		return "", nil
	}
	if l.compared == nil {
		b, err := l.bounds(context.Background(), s.on)
		if err != nil {
			return "", err
		}
		l.compared = &b
	}
	return l.compared.fallen(s.deviation), nil
}

// forget takes a kind off that is not seen any longer.
func (w *watched) forget(kind string) {
	if _, seen := w.since[kind]; seen {
		w.since = maps.Clone(w.since)
		delete(w.since, kind)
	}
}

// warnings are what a cell that has ended well has to say of what it went through.
func (w watched) warnings(when cadence) (out []store.Warning) {
	for _, kind := range collapses() {
		if step, said := w.said[kind]; said {
			out = append(out, store.Warning{Key: watchPrefix + kind, Text: fmt.Sprintf("watch.%s: the run counted as collapsed at epoch %.3g; its end does not", kind, when.epoch(step))})
		}
	}
	return out
}

// look takes the signs of an arm's own learner.
func (s *signs) look(l *methods.Learned, in *metric.Input) {
	if u, ok := usage.HardIn(in); ok {
		s.live = u.Live
	}
	if l.Predictions != nil {
		s.uniform = math.Log(float64(l.K))
	}
}

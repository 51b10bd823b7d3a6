package cli

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"protobench/harness"
	"protobench/harness/cell"
	"protobench/harness/store"
	"protobench/internal/console"
	"protobench/internal/wording"
	"protobench/metrics"
	"protobench/metrics/metric"
	"protobench/metrics/probe"
	"protobench/metrics/training"
)

// progress shows the events of a run: JSON lines, live lines on a terminal (one for the sweep, one
// per running cell), or a plain line now and then.
type progress struct {
	json  *json.Encoder // nil unless JSON lines are wanted
	w     io.Writer
	live  bool
	width int
	every time.Duration
	now   func() time.Time

	shown   time.Time
	begun   bool // whether a step was shown
	drawn   int  // live lines on the screen
	eta     harness.ETA
	running []*running     // in the order they began
	ended   map[string]int // cells that this run ended, by status
}

// running is one cell at work.
type running struct {
	event     cell.Event
	loss      float64
	live      float64 // the headline as tables show it
	stepped   bool
	evaluated bool // the headline is known
	eta       harness.ETA
}

func newProgress(w *console.Console, asJSON bool) *progress {
	p := &progress{w: w.Err, every: 30 * time.Second, now: time.Now, width: console.WidthOf(w.Err, 80), ended: map[string]int{}}
	if _, ok := w.Err.(*console.Screen); ok {
		p.live, p.every = true, 200*time.Millisecond
	}
	if asJSON {
		p.json = json.NewEncoder(w.Out)
	}
	return p
}

// hear takes the next event.
func (p *progress) hear(e cell.Event) {
	if p.json != nil {
		if e.Kind != cell.Stepped {
			_ = p.json.Encode(e) // a closed pipe must not end the cells
		}
		return
	}
	p.note(e)
	switch e.Kind {
	case cell.Planned:
		if e.Reason != "" {
			p.line(e.Reason)
		}
		p.begin(e)
	case cell.Ended:
		p.line(p.endedLine(e))
	case cell.Warned:
		p.line(fmt.Sprintf("warning: %s s%d: %s", e.Method, e.Seed, e.Reason))
	case cell.Reused:
		p.line(e.Reason)
	case cell.Noticed:
		p.line("set aside: " + e.Reason)
	case cell.Finished, cell.Stopped:
		p.line(p.finalLine(e))
	default:
		p.tick(e)
	}
}

// begin says what lies ahead; where nothing does, the last line says all.
func (p *progress) begin(e cell.Event) {
	if e.Done == e.Total {
		return
	}
	text := wording.Count(e.Total-e.Done, "cell") + " to run"
	if e.Done > 0 {
		text += fmt.Sprintf(", %d of %d done before", e.Done, e.Total)
	}
	p.line(text)
	p.shown = p.now()
}

// note keeps the books on running cells and on the time left.
func (p *progress) note(e cell.Event) {
	switch e.Kind {
	case cell.Planned:
		p.eta.Left = e.Steps
	case cell.Started:
		p.running = append(p.running, &running{event: e, eta: harness.ETA{Left: e.Steps}})
	case cell.Ended:
		p.eta.Skip(e.Steps - e.Step)
		p.ended[e.Status]++
		p.running = slices.DeleteFunc(p.running, func(r *running) bool { return r.event.Cell == e.Cell })
	case cell.Stepped, cell.Measured:
		p.update(e)
	}
}

func (p *progress) update(e cell.Event) {
	i := slices.IndexFunc(p.running, func(r *running) bool { return r.event.Cell == e.Cell })
	if i < 0 {
		return
	}
	r := p.running[i]
	if loss, ok := e.Metrics[training.LossKey()]; ok {
		r.loss = loss
	}
	if v, ok := e.Metrics[metrics.Headline()]; ok {
		r.live, r.evaluated = metrics.UnitOf(metrics.Headline()).Shown(v, e.K), true
	}
	if e.Kind == cell.Stepped {
		p.count(r, e)
	}
	r.event = e
}

// count takes a step off what is left; the first one also takes off what a checkpoint had.
func (p *progress) count(r *running, e cell.Event) {
	now := p.now()
	for _, eta := range []*harness.ETA{&p.eta, &r.eta} {
		if !r.stepped {
			eta.Skip(e.Step - 1)
		}
		eta.Done(1, now)
	}
	r.stepped = true
}

// tick shows where things are, not too often.
func (p *progress) tick(e cell.Event) {
	now := p.now()
	first := p.live && !p.begun && e.Kind == cell.Stepped // a screen that stays empty looks like a program that hangs
	if now.Sub(p.shown) < p.every && !first {
		return
	}
	p.shown, p.begun = now, p.begun || first
	lines := p.status(e)
	if !p.live {
		_, _ = fmt.Fprintln(p.w, strings.Join(lines, "  "))
		return
	}
	text := p.home()
	for i, line := range lines {
		if i > 0 {
			text += "\n"
		}
		text += cut(line, p.width-1) + "\x1b[K"
	}
	p.drawn = len(lines)
	_, _ = fmt.Fprint(p.w, text+"\x1b[J")
}

// home moves to the first live line.
func (p *progress) home() string {
	if p.drawn > 1 {
		return fmt.Sprintf("\x1b[%dA\r", p.drawn-1)
	}
	return "\r"
}

// line prints a line that stays, in place of the live ones.
func (p *progress) line(text string) {
	if p.live {
		text = p.home() + text + "\x1b[J"
		p.drawn, p.shown = 0, time.Time{}
	}
	_, _ = fmt.Fprintln(p.w, text)
}

// status is what the live lines say: cells done and time left, then each cell at work.
func (p *progress) status(e cell.Event) []string {
	lines := []string{fmt.Sprintf("[%d/%d]%s", e.Done, e.Total, timeLeft(&p.eta))}
	for _, r := range p.running {
		lines = append(lines, r.String())
	}
	return lines
}

func timeLeft(e *harness.ETA) string {
	if left, ok := e.Remaining(); ok {
		return " ETA " + roughly(left)
	}
	return ""
}

// String is a running cell in few characters, with its values as tables show them.
func (r *running) String() string {
	e := r.event
	who := nameOf(e)
	switch {
	case e.Step == e.Steps:
		return who + " is evaluated"
	case !r.stepped:
		return who + " starts"
	}
	text := fmt.Sprintf("%s epoch %.1f/%d%s loss %.3g", who, e.Epoch, e.Epochs, timeLeft(&r.eta), r.loss)
	if r.evaluated && !math.IsNaN(r.live) { // NaN: an arm without prototypes
		text += " live-unique " + inUnits(metrics.Headline(), r.live)
	}
	return text
}

// nameOf is a cell as tables call it.
func nameOf(e cell.Event) string { return fmt.Sprintf("%s s%d", cmp.Or(e.Arm, e.Method), e.Seed) }

// inUnits is a value as tables show it, with its unit.
func inUnits(key string, shown float64) string {
	unit := metrics.UnitOf(key)
	text := unit.Text(shown)
	if unit.Percent() {
		text += " %"
	}
	return text
}

// endedLine says how a cell ended and its headline.
func (p *progress) endedLine(e cell.Event) string {
	text := fmt.Sprintf("[%d/%d] %s: ", e.Done, e.Total, nameOf(e))
	if e.Status == store.Interrupted {
		return text + fmt.Sprintf("%s at step %d of %d", e.Reason, e.Step, e.Steps)
	}
	text += console.Painted(p.w, colorOf(e.Status), e.Status)
	if e.Reason != "" {
		text += " (" + e.Reason + ")"
	}
	if e.Status != store.OK {
		return text // what the metrics say is another thing than they seem to
	}
	for _, key := range []string{metrics.Headline(), probe.LinearKey(metric.Teacher)} {
		if v, ok := e.Metrics[key]; ok && !math.IsNaN(v) { // undefined for an arm without prototypes
			text += "  " + titleOf(key) + " " + inUnits(key, metrics.UnitOf(key).Shown(v, e.K))
		}
	}
	return text
}

// titleOf is a metric as it heads tables.
func titleOf(key string) string {
	s, _ := metrics.Find(key)
	return cmp.Or(s.Title(), key)
}

func colorOf(status string) console.Paint {
	switch status {
	case store.OK:
		return console.Green
	case store.Collapsed:
		return console.Yellow
	}
	return console.Red
}

// finalLine sums the run up.
func (p *progress) finalLine(e cell.Event) string {
	text := fmt.Sprintf("%d of %s done", e.Done, wording.Count(e.Total, "cell"))
	if len(p.ended) == 0 {
		return text + "; there was nothing to run"
	}
	var parts []string
	for _, status := range []string{store.OK, store.Collapsed, store.Diverged, store.Failed, store.Interrupted} {
		if n := p.ended[status]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, status))
		}
	}
	return text + "; this run: " + strings.Join(parts, ", ")
}

// cut shortens a text to so many characters.
func cut(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}

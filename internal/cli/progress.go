package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mattn/go-isatty"

	"protobench/harness"
	"protobench/metrics"
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
	drawn   int // live lines on the screen
	eta     harness.ETA
	running []*running // in the order they began
}

// running is one cell at work.
type running struct {
	event      harness.Event
	loss, live float64
	stepped    bool
	eta        harness.ETA
}

func newProgress(w *console, asJSON bool) *progress {
	p := &progress{w: w.err, every: 30 * time.Second, now: time.Now, width: columns()}
	if f, ok := w.err.(*os.File); ok && (isatty.IsTerminal(f.Fd()) || isatty.IsCygwinTerminal(f.Fd())) {
		p.live, p.every = true, 200*time.Millisecond
	}
	if asJSON {
		p.json = json.NewEncoder(w.out)
	}
	return p
}

// columns is the terminal's width as the shell tells it.
func columns() int {
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 20 {
		return n
	}
	return 80
}

// hear takes the next event.
func (p *progress) hear(e harness.Event) {
	if p.json != nil {
		if e.Kind != harness.Stepped {
			_ = p.json.Encode(e) // a closed pipe must not end the cells
		}
		return
	}
	p.note(e)
	switch e.Kind {
	case harness.Ended:
		p.line(endedLine(e))
	case harness.Noticed:
		p.line("set aside: " + e.Reason)
	case harness.Finished, harness.Stopped:
		p.line(fmt.Sprintf("%d of %d cells have a result", e.Done, e.Total))
	default:
		p.tick(e)
	}
}

// note keeps the books on running cells and on the time left.
func (p *progress) note(e harness.Event) {
	switch e.Kind {
	case harness.Planned:
		p.eta.Left = e.Steps
	case harness.Started:
		p.running = append(p.running, &running{event: e, eta: harness.ETA{Left: e.Steps}})
	case harness.Ended:
		p.eta.Skip(e.Steps - e.Step)
		p.running = slices.DeleteFunc(p.running, func(r *running) bool { return r.event.Cell == e.Cell })
	case harness.Stepped, harness.Measured:
		p.update(e)
	}
}

func (p *progress) update(e harness.Event) {
	i := slices.IndexFunc(p.running, func(r *running) bool { return r.event.Cell == e.Cell })
	if i < 0 {
		return
	}
	r := p.running[i]
	if loss, ok := e.Metrics[metrics.LossKey()]; ok {
		r.loss = loss
	}
	if unique, ok := e.Metrics[metrics.Headline()]; ok {
		r.live = unique
	}
	if e.Kind == harness.Stepped {
		p.count(r, e)
	}
	r.event = e
}

// count takes a step off what is left; the first one also takes off what a checkpoint had.
func (p *progress) count(r *running, e harness.Event) {
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
func (p *progress) tick(e harness.Event) {
	now := p.now()
	if now.Sub(p.shown) < p.every {
		return
	}
	p.shown = now
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
func (p *progress) status(e harness.Event) []string {
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

// String is a running cell in few characters.
func (r *running) String() string {
	e := r.event
	if e.Steps == 0 || e.Step == e.Steps {
		return fmt.Sprintf("%s s%d evaluating", e.Method, e.Seed)
	}
	text := fmt.Sprintf("%s s%d epoch %.1f/%d%s loss %.3g", e.Method, e.Seed, e.Epoch, e.Epochs, timeLeft(&r.eta), r.loss)
	if r.live > 0 {
		text += fmt.Sprintf(" live-unique %.0f", r.live)
	}
	return text
}

// endedLine says how a cell ended and its headline.
func endedLine(e harness.Event) string {
	text := fmt.Sprintf("[%d/%d] %s: %s", e.Done, e.Total, e.Cell, e.Status)
	if e.Reason != "" {
		text += " (" + e.Reason + ")"
	}
	for _, key := range []string{metrics.Headline(), metrics.LinearKey(metrics.Teacher)} {
		if v, ok := e.Metrics[key]; ok && !math.IsNaN(v) { // undefined for an arm without prototypes
			text += fmt.Sprintf("  %s %.4g", key, v)
		}
	}
	return text
}

// cut shortens a text to so many characters.
func cut(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}

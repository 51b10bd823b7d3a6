package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mattn/go-isatty"

	"protobench/harness"
)

// progress shows the events of a run: JSON lines, one live line on a terminal,
// or a plain line now and then.
type progress struct {
	json  *json.Encoder // nil unless JSON lines are wanted
	w     io.Writer
	live  bool
	width int
	every time.Duration
	now   func() time.Time

	shown   time.Time
	eta     harness.ETA
	running []*running // in the order they began
}

// running is one cell at work.
type running struct {
	event      harness.Event
	loss, live float64
	stepped    bool
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
	case harness.Finished:
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
		p.running = append(p.running, &running{event: e})
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
	if loss, ok := e.Metrics["loss"]; ok {
		r.loss = loss
	}
	if unique, ok := e.Metrics["live_unique@0.025"]; ok {
		r.live = unique
	}
	if e.Kind == harness.Stepped {
		p.count(r, e)
	}
	r.event = e
}

// count takes a step off what is left; the first one also takes off what a checkpoint had.
func (p *progress) count(r *running, e harness.Event) {
	if !r.stepped {
		p.eta.Skip(e.Step - 1)
	}
	r.stepped = true
	p.eta.Done(1, p.now())
}

// tick shows where things are, not too often.
func (p *progress) tick(e harness.Event) {
	now := p.now()
	if now.Sub(p.shown) < p.every {
		return
	}
	p.shown = now
	text := p.status(e)
	if !p.live {
		_, _ = fmt.Fprintln(p.w, text)
		return
	}
	_, _ = fmt.Fprintf(p.w, "\r%s\x1b[K", cut(text, p.width-1))
}

// line prints a line that stays.
func (p *progress) line(text string) {
	if p.live {
		text = "\r" + text + "\x1b[K"
	}
	_, _ = fmt.Fprintln(p.w, text)
}

// status is the live line: cells done, time left, cells at work.
func (p *progress) status(e harness.Event) string {
	parts := []string{fmt.Sprintf("[%d/%d]", e.Done, e.Total)}
	if left, ok := p.eta.Remaining(); ok {
		parts = append(parts, "ETA "+roughly(left))
	}
	for _, r := range p.running {
		parts = append(parts, r.String())
	}
	return strings.Join(parts, "  ")
}

// String is a running cell in few characters.
func (r *running) String() string {
	e := r.event
	switch {
	case e.Steps == 0 || e.Step == e.Steps:
		return fmt.Sprintf("%s s%d evaluating", e.Method, e.Seed)
	case r.live > 0:
		return fmt.Sprintf("%s s%d epoch %.1f loss %.3g live-unique %.0f", e.Method, e.Seed, e.Epoch, r.loss, r.live)
	}
	return fmt.Sprintf("%s s%d epoch %.1f loss %.3g", e.Method, e.Seed, e.Epoch, r.loss)
}

// endedLine says how a cell ended and its headline.
func endedLine(e harness.Event) string {
	text := fmt.Sprintf("[%d/%d] %s: %s", e.Done, e.Total, e.Cell, e.Status)
	if e.Reason != "" {
		text += " (" + e.Reason + ")"
	}
	for _, key := range []string{"live_unique@0.025", "linear@backbone.teacher"} {
		if v, ok := e.Metrics[key]; ok {
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

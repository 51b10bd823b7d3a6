package cli

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"protobench/harness/slurm"
	"protobench/harness/store"
	"protobench/internal/console"
	"protobench/internal/heap"
)

type statusCommand struct {
	Dir   string `arg:"" help:"Folder of a run."`
	Watch bool   `help:"Look again every two seconds until no run is at work in the folder."`
	JSON  bool   `name:"json" help:"One JSON object per look."`

	every time.Duration // between two looks; two seconds unless a test says otherwise
}

// Run shows how far a run is.
func (c statusCommand) Run(ctx context.Context, w *console.Console) error {
	defer heap.Late()()
	d, err := store.Open(c.Dir)
	if err != nil {
		return err
	}
	if c.Watch {
		return c.watch(ctx, w, d)
	}
	text, _, err := c.look(ctx, d)
	if err != nil {
		return err
	}
	_, err = io.WriteString(w.Out, text)
	return err
}

// watch shows what has changed, in place on a screen, until no run is at work. What it showed last
// stays.
func (c statusCommand) watch(ctx context.Context, w *console.Console, d *store.Dir) error {
	out, shown := w.Out, ""
	if !c.JSON {
		out = console.OnScreen(out, false)
	}
	for {
		text, running, err := c.look(ctx, d)
		if err != nil {
			return err
		}
		if text != shown {
			if _, err := io.WriteString(out, over(out, shown)+text); err != nil {
				return err
			}
			shown = text
		}
		if running == "" {
			return nil
		}
		select {
		case <-ctx.Done():
			return console.Halted(ctx, ": the run goes on")
		case <-time.After(cmp.Or(c.every, 2*time.Second)):
		}
	}
}

// over moves a screen's cursor to where a text began, and clears what follows.
func over(w io.Writer, text string) string {
	if _, ok := w.(*console.Screen); !ok || text == "" {
		return ""
	}
	lines, width := 0, console.WidthOf(w, 80)
	for line := range strings.Lines(text) {
		lines += max(1, (utf8.RuneCountInString(line)+width-2)/width) // the last of them ends it
	}
	return fmt.Sprintf("\x1b[%dA\r\x1b[J", lines)
}

// look is what there is to show, and who is at work; "" for nobody.
func (c statusCommand) look(ctx context.Context, d *store.Dir) (text, running string, err error) {
	q, err := slurm.Look(ctx, d) // before the files: a task that ends in between is in both, not in neither
	if err != nil {
		return "", "", err
	}
	s, err := d.Status()
	if err != nil {
		return "", "", err
	}
	running = s.Running
	if q != nil && !q.Idle() {
		running = "tasks of a cluster"
	}
	var b bytes.Buffer
	if c.JSON {
		err = json.NewEncoder(&b).Encode(statusLine{s, q})
	} else if err = showStatus(&b, s); err == nil && q != nil {
		err = showQueue(&b, c.Dir, q)
	}
	return b.String(), running, err
}

func showStatus(w io.Writer, s store.Status) error {
	var rows [][]string
	for _, a := range s.Arms {
		rows = append(rows, []string{
			a.Arm, strconv.Itoa(a.Done), strconv.Itoa(a.Failed), strconv.Itoa(a.Partial), strconv.Itoa(a.Missing), fmt.Sprintf("%.1f", a.Epoch),
		})
	}
	if err := console.Table(w, []string{s.Name, "done", "failed", "begun", "missing", "epoch"}, rows); err != nil {
		return err
	}
	for _, text := range s.Unreadable {
		if _, err := fmt.Fprintf(w, "unreadable: %s\n", text); err != nil {
			return err
		}
	}
	for _, dir := range s.Unplanned {
		if _, err := fmt.Fprintf(w, "no longer planned: %s\n", dir); err != nil {
			return err
		}
	}
	if s.Running == "" {
		return nil
	}
	_, err := fmt.Fprintf(w, "at work: %s\n", s.Running)
	return err
}

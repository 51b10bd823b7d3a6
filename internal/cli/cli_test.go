package cli

import (
	"bytes"
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"protobench/harness/cell"
	"protobench/internal/console"
	"protobench/stats"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"protobench": func() { exit(Main()) }})
}

func TestScripts(t *testing.T) {
	t.Parallel()
	reference, err := filepath.Abs("../../results/reference")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{Dir: "testdata", Setup: func(e *testscript.Env) error {
		e.Setenv("REFERENCE", reference)
		return nil
	}})
}

// told is a progress and what it prints, with a clock that moves a second at each look.
func told(live bool, every time.Duration) (*progress, *bytes.Buffer) {
	out, clock := &bytes.Buffer{}, time.Unix(1000, 0)
	now := func() time.Time { clock = clock.Add(time.Second); return clock }
	return &progress{w: out, live: live, every: every, width: 200, now: now, ended: map[string]int{}}, out
}

func TestProgressOnATerminal(t *testing.T) {
	p, out := told(true, 0)
	say := func(folder, kind string, step int, m map[string]float64) {
		p.hear(cell.Event{
			Kind: kind, Cell: folder, Method: "swav", Arm: "swav loss.temperature=0.2", K: 256, Seed: 1, Step: step, Steps: 100,
			Epoch: float64(step) / 10, Epochs: 10, Metrics: m, Done: 1, Total: 4,
		})
	}
	p.hear(cell.Event{Kind: cell.Planned, Steps: 200, Done: 1, Total: 4})
	if got := out.String(); got != "\r3 cells to run, 1 of 4 done before\x1b[J\n" {
		t.Errorf("%q", got)
	}
	say("c", cell.Started, 0, nil)
	say("d", cell.Started, 0, nil)
	for step := 41; step <= 60; step++ { // goes on from a checkpoint
		say("c", cell.Stepped, step, map[string]float64{"loss": 5.25})
	}
	say("c", cell.Measured, 60, map[string]float64{"live_unique@0.025": 99})
	shown := out.String()
	lines := strings.Split(shown[strings.LastIndex(shown, "\r")+1:], "\n")
	// The clock moves twice per step: 20 steps in 40 seconds, 40 left of the cell, 140 of the
	// sweep.
	want := []string{
		"[1/4] ETA 4 min 40 s\x1b[K",
		"swav loss.temperature=0.2 s1 epoch 6.0/10 ETA 1 min 20 s loss 5.25 live-unique 38.7 %\x1b[K",
		"swav loss.temperature=0.2 s1 starts\x1b[K\x1b[J",
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(shown, "\x1b[2A\r") {
		t.Error("the live lines are not drawn over")
	}
	p.hear(cell.Event{Kind: cell.Ended, Cell: "c", Arm: "swav", Step: 60, Steps: 100, Status: "failed", Reason: "why", Done: 0, Total: 3})
	if !strings.HasSuffix(out.String(), "\x1b[2A\r[0/3] swav s0: failed (why)\x1b[J\n") || p.eta.Left != 100 || len(p.running) != 1 {
		t.Errorf("%q, %d left", out.String(), p.eta.Left)
	}
}

// What ended is told in the units of tables, and of a run without prototypes nothing of them.
func TestProgressAtTheEnd(t *testing.T) {
	p, out := told(false, time.Hour)
	p.hear(cell.Event{Kind: cell.Planned, Total: 4})
	ended := func(status, reason string, m map[string]float64) {
		p.hear(cell.Event{Kind: cell.Ended, Arm: "swav", K: 64, Step: 7, Steps: 9, Status: status, Reason: reason, Metrics: m, Done: 1, Total: 4})
	}
	ended("ok", "", map[string]float64{"live_unique@0.025": 16, "linear@backbone.teacher": 0.867})
	ended("ok", "", map[string]float64{"live_unique@0.025": math.NaN(), "linear@backbone.teacher": 0.5})
	ended("collapsed", "one live prototype", map[string]float64{"live_unique@0.025": 64})
	ended("interrupted", "stopped by Ctrl-C", nil)
	p.hear(cell.Event{Kind: cell.Stopped, Done: 3, Total: 4})
	want := `4 cells to run
[1/4] swav s0: ok  live-unique@0.025 25.0 %  linear@backbone.teacher 86.7 %
[1/4] swav s0: ok  linear@backbone.teacher 50.0 %
[1/4] swav s0: collapsed (one live prototype)
[1/4] swav s0: stopped by Ctrl-C at step 7 of 9
3 of 4 cells done; this run: 2 ok, 1 collapsed, 1 interrupted
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
	p, out = told(false, time.Hour)
	p.hear(cell.Event{Kind: cell.Planned, Done: 1, Total: 1})
	p.hear(cell.Event{Kind: cell.Finished, Done: 1, Total: 1})
	if got := out.String(); got != "1 of 1 cell done; there was nothing to run\n" {
		t.Errorf("%q", got)
	}
}

func TestProgressElsewhereIsPlainAndRare(t *testing.T) {
	p, out := told(false, 30*time.Second)
	p.hear(cell.Event{Kind: cell.Planned, Steps: 70, Total: 1})
	p.hear(cell.Event{Kind: cell.Started, Cell: "c", Method: "dino", Steps: 70})
	if got := out.String(); got != "1 cell to run\n" {
		t.Errorf("%q before there is anything to say", got)
	}
	for step := 1; step <= 70; step++ {
		p.hear(cell.Event{Kind: cell.Stepped, Cell: "c", Method: "dino", Step: step, Steps: 70, Metrics: map[string]float64{"loss": 1}})
	}
	lines := strings.Count(out.String(), "\n")
	if lines < 4 || lines > 7 || strings.ContainsAny(out.String(), "\r\x1b") {
		t.Errorf("%d lines: %q", lines, out.String())
	}
}

func TestPlansSayWhatTheirSeedsCanShow(t *testing.T) {
	for _, c := range []struct {
		seeds, family int
		corrected     float64
		needed        int
	}{
		{6, 1, 0.03125, 6}, {6, 0, 0.03125, 6}, {6, 2, 0.0625, 7}, {3, 14, 1, 10}, {10, 14, 14.0 / 512, 10}, {9, 14, 14.0 / 256, 10},
	} {
		if got := stats.SmallestHolm(c.seeds, c.family); got != c.corrected {
			t.Errorf("%d seeds, %d comparisons: p %v, want %v", c.seeds, c.family, got, c.corrected)
		}
		if got := stats.SeedsNeeded(c.family); got != c.needed {
			t.Errorf("%d comparisons: %d seeds, want %d", c.family, got, c.needed)
		}
	}
	text := significance(planTotal{Seeds: 6, Minimum: 0.03125, Family: 14, Holm: 0.4375, Needed: 10})
	if !strings.Contains(text, "is 0.0312, and 0.438 with Holm over the 14 comparisons") || !strings.Contains(text, "takes 10 seeds (one test alone: 6)") {
		t.Error(text)
	}
	if text := significance(planTotal{Seeds: 1, Minimum: 1}); !strings.Contains(text, "1 seed: ") || !strings.Contains(text, "no comparison is tested") {
		t.Error(text)
	}
	text = planTotal{Seeds: 6, Claims: 2}.claims()
	if !strings.Contains(text, "2 claims: the smallest p with Holm over the claims is 0.0625; none") || !strings.HasSuffix(text, "which takes 7 seeds") {
		t.Error(text)
	}
	if text := (planTotal{Seeds: 7, Claims: 2}).claims(); !strings.HasSuffix(text, "over the claims is 0.0312") {
		t.Error(text)
	}
	if text := (planTotal{Alone: []string{"dino"}, baseline: "learner=joint", searched: []string{"train.lr"}}).alone(); !strings.Contains(text, "training and K but for train.lr, at equal axes") {
		t.Error(text)
	}
}

func TestCut(t *testing.T) {
	if cut("äöü", 3) != "äöü" || cut("äöüß", 3) != "äö…" {
		t.Error(cut("äöü", 3), cut("äöüß", 3))
	}
}

func TestRoughly(t *testing.T) {
	for d, want := range map[time.Duration]string{
		1600 * time.Millisecond: "2 s", 61 * time.Second: "1 min 01 s", 3*time.Hour + 5*time.Minute: "3 h 05 min",
	} {
		if got := roughly(d); got != want {
			t.Errorf("%v: %s", d, got)
		}
	}
}

func TestUnwritableStandardErrorChangesNoExitCode(t *testing.T) {
	var out bytes.Buffer
	if code := run(context.Background(), []string{"validate", "nothing"}, &out, failing{}); code != console.Usage {
		t.Errorf("exit code %d", code)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, context.Canceled }

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

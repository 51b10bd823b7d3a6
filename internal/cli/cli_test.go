package cli

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"protobench/harness"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"protobench": func() { exit(Main()) }})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata"})
}

func TestProgressOnATerminal(t *testing.T) {
	var out bytes.Buffer
	clock := time.Unix(0, 0)
	p := &progress{w: &out, live: true, width: 200, now: func() time.Time { clock = clock.Add(time.Second); return clock }}
	say := func(kind string, step int, m map[string]float64) {
		p.hear(harness.Event{Kind: kind, Cell: "c", Method: "swav", Seed: 1, Step: step, Steps: 100, Epoch: float64(step) / 10, Metrics: m, Total: 3})
	}
	say(harness.Planned, 0, nil)
	say(harness.Started, 0, nil)
	for step := 41; step <= 60; step++ { // goes on from a checkpoint
		say(harness.Stepped, step, map[string]float64{"loss": 5.25})
	}
	say(harness.Measured, 60, map[string]float64{"live_unique@0.025": 99})
	shown := out.String()
	last := shown[strings.LastIndex(shown, "\r")+1:]
	if !strings.HasPrefix(last, "[0/3]") || !strings.Contains(last, "swav s1 epoch 6.0 loss 5.25 live-unique 99") || !strings.Contains(last, "ETA") {
		t.Errorf("live line %q", last)
	}
	if p.eta.Left != 40 {
		t.Errorf("%d steps left, want 40", p.eta.Left)
	}
	p.hear(harness.Event{Kind: harness.Ended, Cell: "c", Step: 60, Steps: 100, Status: "failed", Reason: "why", Done: 0, Total: 3})
	if !strings.Contains(out.String(), "\r[0/3] c: failed (why)\x1b[K\n") || p.eta.Left != 0 || len(p.running) != 0 {
		t.Errorf("%q, %d left", out.String(), p.eta.Left)
	}
}

func TestProgressElsewhereIsPlainAndRare(t *testing.T) {
	var out bytes.Buffer
	clock := time.Unix(1000, 0)
	p := &progress{w: &out, every: 30 * time.Second, width: 80, now: func() time.Time { clock = clock.Add(time.Second); return clock }}
	p.hear(harness.Event{Kind: harness.Planned, Steps: 70})
	p.hear(harness.Event{Kind: harness.Started, Cell: "c", Method: "dino"})
	for step := 1; step <= 70; step++ {
		p.hear(harness.Event{Kind: harness.Stepped, Cell: "c", Method: "dino", Step: step, Steps: 70, Metrics: map[string]float64{"loss": 1}})
	}
	lines := strings.Count(out.String(), "\n")
	if lines < 3 || lines > 6 || strings.ContainsAny(out.String(), "\r\x1b") {
		t.Errorf("%d lines: %q", lines, out.String())
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
	if code := run(context.Background(), []string{"validate", "nothing"}, &out, failing{}); code != exitUsage {
		t.Errorf("exit code %d", code)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, context.Canceled }

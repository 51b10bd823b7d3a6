package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const sameSweep = `
name = "same"
references = ["supervised"]
seeds = 1
[data]
train = 80
test = 40
[encoder]
width = 2
depth = 1
hidden = 8
dim = 8
[train]
epochs = 2
batch = 20
[evaluate]
dense_epochs = 1
dense = 2
[prototypes]
count = 8
[[method]]
name = "swav"
[[method]]
name = "dino+gmm"
observers = ["joint"]
`

func TestMetricsAreTheSameHoweverTheyAreRun(t *testing.T) {
	base := t.TempDir()
	file := filepath.Join(base, "same.toml")
	if err := os.WriteFile(file, []byte(sameSweep), 0o600); err != nil {
		t.Fatal(err)
	}
	one, two, cut := filepath.Join(base, "one"), filepath.Join(base, "two"), filepath.Join(base, "cut")
	mustRun(context.Background(), t, io.Discard, exitOK, "run", file, "--out", one, "-j", "1", "--json")
	mustRun(context.Background(), t, io.Discard, exitOK, "run", file, "--out", two, "-j", "2", "--json")
	interrupted := 0
	for ; ; interrupted++ {
		ctx, stop := context.WithCancel(context.Background())
		out := &stopper{after: 2, stop: stop}
		var errors bytes.Buffer
		code := run(ctx, []string{"run", file, "--out", cut, "-j", "1", "--json"}, out, &errors)
		stop()
		if code == exitOK {
			break
		}
		if code != exitInterrupted || interrupted > 50 {
			t.Fatalf("exit code %d: %s", code, errors.String())
		}
	}
	want := metricsOf(t, one)
	if len(want) != 3 || interrupted < 3 {
		t.Fatalf("%d results, %d interruptions", len(want), interrupted)
	}
	if diff := cmp.Diff(want, metricsOf(t, two)); diff != "" {
		t.Errorf("-j 2: %s", diff)
	}
	if diff := cmp.Diff(want, metricsOf(t, cut)); diff != "" {
		t.Errorf("interrupted: %s", diff)
	}
}

func mustRun(ctx context.Context, t *testing.T, out io.Writer, want int, args ...string) {
	t.Helper()
	var errors bytes.Buffer
	if code := run(ctx, args, out, &errors); code != want {
		t.Fatalf("%v: exit code %d: %s", args, code, errors.String())
	}
}

// stopper cancels a run after some measurements.
type stopper struct {
	after int
	stop  func()
}

func (s *stopper) Write(b []byte) (int, error) {
	if bytes.Contains(b, []byte(`"measured"`)) {
		if s.after--; s.after == 0 {
			s.stop()
		}
	}
	return len(b), nil
}

// metricsOf reads the bytes of the metrics in every result.
func metricsOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	paths, _ := filepath.Glob(filepath.Join(dir, "cells", "*", "result.json"))
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var r struct{ Metrics, Observers json.RawMessage }
		if err := json.Unmarshal(raw, &r); err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(filepath.Dir(path))] = string(r.Metrics) + string(r.Observers)
	}
	return out
}

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
train = 48
test = 20
[encoder]
width = 2
depth = 1
stem_stride = 2
hidden = 8
dim = 8
[train]
epochs = 2
batch = 12
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

// wideSweep is large enough for the blocked kernels, with a queue that carries over from step to
// step. Its views are plain: the small sweep has all of the augmentation.
const wideSweep = `
name = "wide"
references = false
[data]
train = 140
test = 40
[encoder]
width = 8
depth = 3
stem_stride = 2
hidden = 64
dim = 48
[train]
epochs = 2
batch = 64
[augment]
jitter_prob = 0
blur = 0
[evaluate]
dense_epochs = 1
dense = 2
[prototypes]
count = 48
init = "data"
[[method]]
name = "swav"
swav.queue = 96
swav.queue_start = 0.5
[[method]]
name = "dino+gmm"
observers = ["joint"]
`

func TestMetricsAreTheSameHoweverTheyAreRun(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, sweep   string
		results, cuts int // cuts: the least number of interruptions for the test to mean something
		slow          bool
	}{{"small", sameSweep, 3, 3, false}, {"wide", wideSweep, 2, 2, true}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.slow && testing.Short() {
				t.Skip("takes seconds")
			}
			base := t.TempDir()
			file := filepath.Join(base, "sweep.toml")
			if err := os.WriteFile(file, []byte(c.sweep), 0o600); err != nil {
				t.Fatal(err)
			}
			one, two, cut := filepath.Join(base, "one"), filepath.Join(base, "two"), filepath.Join(base, "cut")
			mustRun(context.Background(), t, io.Discard, "run", file, "--out", one, "-j", "1", "--json")
			mustRun(context.Background(), t, io.Discard, "run", file, "--out", two, "-j", "2", "--json")
			interrupted := runInPieces(t, file, cut)
			want := metricsOf(t, one)
			if len(want) != c.results || interrupted < c.cuts {
				t.Fatalf("%d results, %d interruptions", len(want), interrupted)
			}
			if diff := cmp.Diff(want, metricsOf(t, two)); diff != "" {
				t.Errorf("-j 2: %s", diff)
			}
			if diff := cmp.Diff(want, metricsOf(t, cut)); diff != "" {
				t.Errorf("interrupted: %s", diff)
			}
		})
	}
}

// runInPieces interrupts a sweep after every second measurement until it is done, and returns how
// often.
func runInPieces(t *testing.T, file, dir string) int {
	t.Helper()
	for n := range 50 {
		ctx, stop := context.WithCancel(context.Background())
		var errors bytes.Buffer
		code := run(ctx, []string{"run", file, "--out", dir, "-j", "1", "--json"}, &stopper{after: 2, stop: stop}, &errors)
		stop()
		switch code {
		case exitOK:
			return n
		case exitInterrupted:
		default:
			t.Fatalf("exit code %d: %s", code, errors.String())
		}
	}
	t.Fatal("never done")
	return 0
}

func mustRun(ctx context.Context, t *testing.T, out io.Writer, args ...string) {
	t.Helper()
	var errors bytes.Buffer
	if code := run(ctx, args, out, &errors); code != exitOK {
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

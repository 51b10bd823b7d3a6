package cli

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"protobench/harness/sweep"
	"protobench/internal/console"
	"protobench/internal/kernel"

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
		digest        string // of the first metrics, at this sweep.Numerics
		all           string // of all metrics
	}{{"small", sameSweep, 3, 3, false, "9c79278d8bc0d7e7", "df04ac97e9168011"}, {"wide", wideSweep, 2, 2, true, "63d58e88114ff3fe", "f71c25482159fd70"}} {
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
			if ran := isaOf(t, one); ran != string(kernel.InUse()) {
				t.Errorf("the cells ran on %q", ran)
			}
			t.Run("AVX2 and AVX-512", func(t *testing.T) { sameOnOtherSets(t, c.sweep, want) })
			if kernel.InUse() == kernel.Generic {
				return
			}
			if got := digestOf(firstOf(want)); got != c.digest {
				t.Errorf("the numbers of revision %d are others than before (digest %s, want %s): if that is meant, raise sweep.Numerics and write the new digest here", sweep.Numerics, got, c.digest)
			}
			if got := digestOf(want); got != c.all {
				t.Errorf("metrics that came later are others than before (digest %s, want %s): if there is a new one alone, write the new digest here and name the metric in laterMetric", got, c.all)
			}
		})
	}
}

// laterMetric are the metrics that came after the first digests were taken, as lines of a result.
var laterMetric = regexp.MustCompile(`^\s*"(largest_group@|usage_entropy"|prediction_information"|ami"|ari"|purity|nearest_cosine\.|soft_|` +
	`cosine_deviation\.|uniformity\.prototypes"|angular_peak\.|participation_ratio\.|spectrum_top\.|alpha_req\.|feature_std\.student"|` +
	`fewshot|knn10_|knn100_|knn200_|knn20_t0\.1|knn20_t0\.07_top5)`)

// firstOf are the bytes of metrics without those that came later.
func firstOf(metrics map[string]string) map[string]string {
	out := map[string]string{}
	for cell, text := range metrics {
		lines := slices.DeleteFunc(strings.Split(text, "\n"), laterMetric.MatchString)
		out[cell] = strings.Join(lines, "\n")
	}
	return out
}

// sameOnOtherSets runs a sweep again on AVX2 and on AVX-512, whichever of them this process does not
// use: in processes of their own, as the instruction set is chosen when a process starts. The small
// sweep has every part of an arm, the wide one the blocked kernels.
func sameOnOtherSets(t *testing.T, sweep string, here map[string]string) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	sets := []kernel.ISA{kernel.AVX2, kernel.AVX512}
	for _, isa := range sets {
		if !slices.Contains(kernel.Supported(), isa) {
			t.Skipf("this processor has no %s", isa)
		}
	}
	got := map[kernel.ISA]map[string]string{kernel.InUse(): here}
	for _, isa := range sets {
		if got[isa] == nil {
			got[isa] = metricsOn(t, isa, sweep)
		}
	}
	if diff := cmp.Diff(got[kernel.AVX2], got[kernel.AVX512]); diff != "" || len(got[kernel.AVX2]) < 2 {
		t.Error(diff)
	}
}

// metricsOn are the metrics of a sweep that a process of its own runs on one instruction set.
func metricsOn(t *testing.T, isa kernel.ISA, sweep string) map[string]string {
	t.Helper()
	c := exec.CommandContext(t.Context(), "protobench", "run", "sweep.toml", "--out", "out", "-j", "1", "--json")
	c.Dir, c.Env = t.TempDir(), append(os.Environ(), "PROTOBENCH_ISA="+string(isa))
	if err := os.WriteFile(filepath.Join(c.Dir, "sweep.toml"), []byte(sweep), 0o600); err != nil {
		t.Fatal(err)
	}
	if text, err := c.CombinedOutput(); err != nil {
		t.Fatalf("on %s: %v\n%s", isa, err, text)
	}
	out := filepath.Join(c.Dir, "out")
	if ran := isaOf(t, out); ran != string(isa) {
		t.Fatalf("a run on %s ran on %q", isa, ran)
	}
	return metricsOf(t, out)
}

// isaOf is the instruction set that the cells of a run name.
func isaOf(t *testing.T, dir string) string {
	t.Helper()
	named := map[string]bool{}
	paths, _ := filepath.Glob(filepath.Join(dir, "cells", "*", "result.json"))
	for _, path := range paths {
		var r struct {
			Provenance struct{ ISA string }
		}
		if err := json.Unmarshal([]byte(readText(t, path)), &r); err != nil {
			t.Fatal(err)
		}
		named[r.Provenance.ISA] = true
	}
	return strings.Join(slices.Sorted(maps.Keys(named)), " and ")
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
		case console.OK:
			return n
		case console.Interrupted:
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
	if code := run(ctx, args, out, &errors); code != console.OK {
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

// digestOf is that of all metrics of a run. Sums in another order, as of other blocks in a matrix
// product, give another one.
func digestOf(metrics map[string]string) string {
	h := sha256.New()
	for _, cell := range slices.Sorted(maps.Keys(metrics)) {
		method, _, _ := strings.Cut(cell, "__") // without the hash, which names settings
		fmt.Fprintln(h, method, metrics[cell])
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
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

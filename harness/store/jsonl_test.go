package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"protobench/internal/frugal"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func stepsOf(n int) []Step {
	var out []Step
	for i := range n {
		out = append(out, Step{Step: i, Loss: float64(i) / 3})
	}
	return out
}

// Cutting the file at any byte leaves exactly the lines that were complete, and
// appending goes on after them.
func TestLogCutAnywhere(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		path := filepath.Join(t.TempDir(), "steps.jsonl")
		all := stepsOf(rapid.IntRange(0, 6).Draw(rt, "lines"))
		ends := write(t, path, all)
		b, err := os.ReadFile(path)
		must(t, err)
		cut := rapid.IntRange(0, len(b)).Draw(rt, "cut")
		must(t, os.WriteFile(path, b[:cut], 0o644))
		whole := 0
		for whole < len(ends) && ends[whole].Bytes <= int64(cut) {
			whole++
		}
		wantLines(rt, path, all[:whole])
		more := Step{Step: 99, Values: Metrics{"long": 1}}
		write(t, path, []Step{more})
		wantLines(rt, path, append(append([]Step{}, all[:whole]...), more))
	})
}

// write appends and returns the offset after each line.
func write(t *testing.T, path string, steps []Step) (ends []Mark) {
	t.Helper()
	log, err := openLog[Step](path)
	must(t, err)
	for _, s := range steps {
		must(t, log.Append(s))
		at, err := log.Mark()
		must(t, err)
		ends = append(ends, at)
	}
	must(t, log.Close())
	return ends
}

func wantLines(t rapid.TB, path string, want []Step) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got, err := parseLines[Step](path, b)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) == 0 && len(want) == 0 {
		return
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Fatal(d)
	}
}

func TestLogTruncate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "steps.jsonl")
	ends := write(t, path, stepsOf(5))
	log, err := openLog[Step](path)
	must(t, err)
	must(t, log.TruncateTo(ends[1]))
	must(t, log.Append(Step{Step: 7, Loss: 1.0 / 3}))
	if err := log.TruncateTo(Mark{Bytes: 1 << 40}); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("beyond the end: got %v", err)
	}
	must(t, log.Close())
	wantLines(t, path, append(stepsOf(2), Step{Step: 7, Loss: 1.0 / 3}))
	log, err = openLog[Step](path)
	must(t, err)
	var other *Mismatch
	if err := log.TruncateTo(ends[2]); !errors.As(err, &other) || !strings.Contains(err.Error(), "are not those") {
		t.Errorf("other lines than the mark's: %v", err)
	}
	must(t, log.TruncateTo(ends[0]))
	must(t, log.Close())
}

// A long unfinished line is found across read blocks.
func TestLogLongHalfLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "steps.jsonl")
	must(t, os.WriteFile(path, []byte("{\"step\":1,\"loss\":0}\n"+strings.Repeat("x", 10_000)), 0o644))
	write(t, path, []Step{{Step: 2}})
	wantLines(t, path, []Step{{Step: 1}, {Step: 2}})
}

func TestLogBadLine(t *testing.T) {
	lines, err := parseLines[Step]("steps.jsonl", []byte("{\"step\":1}\nnonsense\n{}\n{\"step\":2}\n{\"st"))
	var bad *Damaged
	if !errors.As(err, &bad) || !strings.Contains(err.Error(), "steps.jsonl:2") || len(lines) != 2 {
		t.Errorf("got %v, want the line's number and the others", err)
	}
}

func FuzzReadLines(f *testing.F) {
	f.Add([]byte("{\"step\":1,\"loss\":null}\n{\"st"))
	f.Fuzz(func(t *testing.T, b []byte) {
		defer frugal.Bound(t, len(b))()
		got, err := parseLines[Step]("steps.jsonl", b)
		if err == nil && len(got) != strings.Count(string(b), "\n") {
			t.Errorf("%d lines of %q", len(got), b)
		}
	})
}

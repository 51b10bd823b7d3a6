package harness

import (
	"bytes"
	"compress/gzip"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"protobench/harness/internal/fixture"
	"protobench/harness/internal/standin"

	"github.com/google/go-cmp/cmp"
)

// pack compresses every cell's curves, as `gzip -9n` does.
func pack(t *testing.T, dir string) {
	t.Helper()
	paths, _ := filepath.Glob(filepath.Join(dir, "cells", "*", "epochs.jsonl"))
	if len(paths) == 0 {
		t.Fatal("no curves")
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		z, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
		if err != nil {
			t.Fatal(err)
		}
		_, err = z.Write(text)
		if err := errors.Join(err, z.Close(), os.WriteFile(path+".gz", out.Bytes(), 0o600), os.Remove(path)); err != nil {
			t.Fatal(err)
		}
	}
}

// A run whose curves were compressed is done and can be reproduced; a cell of it that is damaged, or
// that failed and is tried again, ends with the same numbers, and with plain curves alone.
func TestARunOfCompressedCurves(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	execute(t.Context(), t, dir, options(standin.Engine(nil)))
	want := results(t, dir)
	pack(t, dir)
	if s := execute(t.Context(), t, dir, options(standin.Engine(func(*fixture.Fake) { t.Error("trained again") }))); s.Done != 9 || len(s.SetAside) > 0 {
		t.Errorf("%+v", s)
	}
	cell := cellsOf(t, dir)[8].Dir.Path()
	r, err := Reproduce(t.Context(), cell, t.TempDir(), options(standin.Engine(nil)))
	if err != nil || !r.Identical() || r.Measurements == 0 {
		t.Errorf("%+v, %v", r, err)
	}
	for _, name := range []string{"epochs.jsonl.gz", "prototypes.safetensors"} {
		if err := os.WriteFile(filepath.Join(cell, name), []byte("torn"), 0o600); err != nil {
			t.Fatal(err)
		}
		s := execute(t.Context(), t, dir, options(standin.Engine(nil)))
		if s.Done != 9 || len(s.Failed) > 0 || len(s.SetAside) != 1 || !strings.Contains(s.SetAside[0], name) {
			t.Errorf("%s: %+v", name, s)
		}
		wantPlain(t, cell)
		pack(t, dir)
	}
	unpacked(t, dir)
	if diff := cmp.Diff(want, results(t, dir)); diff != "" {
		t.Error(diff)
	}
}

// A cell that failed goes on from its checkpoint, with the lines that were compressed.
func TestARetryGoesOnFromCompressedCurves(t *testing.T) {
	dir, want := retried(t, func(dir string) { pack(t, dir) })
	unpacked(t, dir)
	if diff := cmp.Diff(want, results(t, dir)); diff != "" {
		t.Error(diff)
	}
}

// wantPlain wants a cell's curves to lie there, and no compressed ones.
func wantPlain(t *testing.T, cell string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(cell, "epochs.jsonl")); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(cell, "epochs.jsonl.gz")); err == nil {
		t.Error("compressed curves are left")
	}
}

// unpacked leaves every cell's curves as a run does, for results to read.
func unpacked(t *testing.T, dir string) {
	t.Helper()
	for _, c := range cellsOf(t, dir) {
		log, err := c.Dir.OpenEpochs()
		if err == nil {
			err = log.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

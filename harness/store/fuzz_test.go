package store

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"protobench/internal/frugal"
	"protobench/internal/tensorfile"
)

// fuzzed is a run directory with a file of foreign bytes in it; file is its path there.
func fuzzed(t *testing.T, file string, b []byte) *Dir {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, file)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
	return &Dir{path: dir}
}

// A plan out of anywhere names no folder outside of its own run.
func FuzzPlan(f *testing.F) {
	f.Add([]byte(`{"schema":2,"name":"x","cells":[{"cell":{"method":"swav","seed":0,"hash":"0123456789"},"dir":"swav__base__s0__01234567","settings":{"train.epochs":2}}]}`))
	f.Add([]byte(`{"schema":2,"name":"x","cells":[{"dir":"../../etc"}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		defer frugal.Bound(t, len(b))()
		d := fuzzed(t, "plan.json", b)
		p, err := d.Plan()
		if err != nil {
			return
		}
		for _, c := range p.Cells {
			if path := d.Cell(c).Path(); filepath.Dir(path) != d.cells() || strings.ContainsAny(filepath.Base(path), `/\`) {
				t.Errorf("the plan's cell %q lies at %s", c.Dir, path)
			}
		}
		if _, err := d.Status(); err != nil {
			return
		}
		_, _ = d.Read()
	})
}

// A result out of anywhere is read, or refused with its path.
func FuzzResult(f *testing.F) {
	f.Add([]byte(`{"schema":1,"cell":{"method":"swav","seed":0,"hash":"h"},"outcome":{"status":"ok"},"metrics":{"used":3,"dead":null},"undefined":{"dead":"why"}}`))
	f.Add([]byte(`{"schema":1,"cell":{"hash":"h"},"outcome":{"status":"odd"}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		defer frugal.Bound(t, len(b))()
		d := fuzzed(t, filepath.Join("cells", "c", "result.json"), b)
		_, found, err := d.Cell(PlanCell{Dir: "c", Cell: Cell{Hash: "h"}}).Result()
		if err != nil && (found || !strings.Contains(err.Error(), "result.json")) {
			t.Errorf("found %v with %v", found, err)
		}
	})
}

// A checkpoint out of anywhere is read, or is of no use, which is no error of the disk.
func FuzzCheckpoint(f *testing.F) {
	c := CellAt(f.TempDir(), PlanCell{Dir: "c", Cell: Cell{Hash: "h"}})
	cp := Checkpoint{Step: 3, ResumedAt: []int{1}, State: []tensorfile.Tensor{{Name: "w", Shape: []int{2}, F32: []float32{1, 2}}}, Extra: map[string]string{"train_s": "1"}}
	if err := c.WriteCheckpoint(cp); err != nil {
		f.Fatal(err)
	}
	b, err := os.ReadFile(c.CheckpointPath())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		defer frugal.Bound(t, len(b))()
		d := fuzzed(t, filepath.Join("cells", "c", "checkpoint.safetensors"), b)
		cell := d.Cell(PlanCell{Dir: "c", Cell: Cell{Hash: "h"}})
		got, err := cell.Checkpoint()
		if err == nil && got != nil && (got.Step < 0 || got.Steps.Bytes < 0 || got.Epochs.Bytes < 0) {
			t.Errorf("%+v", got)
		}
	})
}

// Lines of the curves out of anywhere are read, or refused.
func FuzzEpochs(f *testing.F) {
	f.Add([]byte(`{"step":1,"epoch":0.5,"metrics":{"used":3,"dead":null},"probes":{"":{"values":{"changed":1},"merged":{"0.025":[[1,2]]}}}}` + "\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		defer frugal.Bound(t, len(b))()
		d := fuzzed(t, filepath.Join("cells", "c", "epochs.jsonl"), b)
		_, _ = d.Cell(PlanCell{Dir: "c"}).Epochs()
	})
}

// What is densest in memory among what JSON can say in a mebibyte stays within bounds; a fuzzer hardly
// ever gets there.
func TestReadersAreFrugal(t *testing.T) {
	const room = frugal.Small - 100
	many := func(before, each, after string) []byte {
		return []byte(before + strings.TrimSuffix(strings.Repeat(each, room/len(each)), ",") + after)
	}
	padded := `{"x":"` + strings.Repeat("x", sealedObject) + `"},`
	for name, b := range map[string][]byte{
		"no lines":          many("", "\n", ""),
		"empty lines":       many("", "{}\n", ""),
		"short lines":       many("", "{\"step\":1}\n", ""),
		"broken lines":      many("", "{\"step\":x}\n", ""),
		"events":            many(`{"step":1,"events":[`, "{},", "]}\n"),
		"events, fewer":     many(`{"step":1,"events":[`, `{"a":1},`, "]}\n"),
		"merges":            many(`{"step":1,"probes":{"":{"merged":{"a":[`, "[],", "]}}}}\n"),
		"learners":          many(`{"step":1,"observers":{`, `"":{},`, "}}\n"),
		"cells":             many(`{"schema":2,"cells":[`, "{},", "]}"),
		"cells, fewer":      many(`{"schema":2,"cells":[`, padded, "]}"),
		"claims":            many(`{"schema":2,"claims":[`, "{},", "]}"),
		"claims, fewer":     many(`{"schema":2,"claims":[`, padded, "]}"),
		"warnings":          many(`{"schema":2,"cells":[{"dir":"a","warnings":[`, "{},", "]}]}"),
		"warnings, fewer":   many(`{"schema":2,"cells":[{"dir":"a","warnings":[`, padded, "]}]}"),
		"images of a class": many(`{"schema":2,"cells":[{"dir":"a","images":[`, "1,", "]}]}"),
		"observers":         many(`{"schema":2,"cells":[{"dir":"a","observers":[`, `"",`, "]}]}"),
	} {
		t.Run(name, func(t *testing.T) {
			frugally(t, b, func() { _, _ = parseLines[Epoch]("epochs.jsonl", b) })
			frugally(t, b, func() { _, _ = parseLines[Step]("steps.jsonl", b) })
			d := fuzzed(t, "plan.json", b)
			frugally(t, b, func() { _, _ = d.Plan() })
			d = fuzzed(t, filepath.Join("cells", "c", "result.json"), b)
			frugally(t, b, func() { _, _, _ = d.Cell(PlanCell{Dir: "c"}).Result() })
		})
	}
}

func frugally(t *testing.T, b []byte, read func()) {
	t.Helper()
	defer frugal.Bound(t, len(b))()
	read()
}

package reports

import (
	"bytes"
	"regexp"

	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/harness/store"
	"protobench/internal/tensorfile"
	"protobench/metrics/matrix"
	"protobench/metrics/uniqueness"
)

// small writes a store of one arm and one seed, with what change makes of its result.
func small(t *testing.T, change func(*store.CellDir, *store.Result)) string {
	t.Helper()
	dir := t.TempDir()
	d, err := store.Create(dir)
	must(t, err)
	pc := planned(demoArm{method: "swav", learner: "joint", embedding: "plain"}, "swav", 0.2, 0)
	_, err = d.Freeze(store.Plan{Name: "small", Baseline: "learner=joint", Cells: []store.PlanCell{pc}})
	must(t, err)
	if change == nil {
		return dir
	}
	c := d.Cell(pc)
	must(t, c.Prepare())
	r := store.Result{Cell: pc.Cell, Outcome: store.Outcome{Status: store.OK}, Metrics: store.Metrics{}}
	change(c, &r)
	must(t, c.WriteResult(r))
	return dir
}

// A sweep without a single result still has its report, which says what is missing.
func TestReportOfNothing(t *testing.T) {
	s, err := Write(small(t, nil), Options{})
	must(t, err)
	b, err := os.ReadFile(s.Path)
	must(t, err)
	if len(s.Missing) != 7 || strings.Count(string(b), "Not drawn: ") != 7 {
		t.Errorf("missing %v", s.Missing)
	}
	if !strings.Contains(string(b), "1 of 1 runs are not finished") {
		t.Error("the row does not say that its run is missing")
	}
}

// Values that are not finite, total collapse and absent files crash nothing.
func TestReportOfNotFinite(t *testing.T) {
	s, err := Write(small(t, func(c *store.CellDir, r *store.Result) {
		r.Outcome.Status = store.Collapsed
		for _, eps := range uniqueness.Epsilons() {
			r.Metrics[uniqueness.Key(eps)] = 1
			r.Metrics[uniqueness.LiveKey(eps)] = math.NaN()
		}
		r.Metrics["linear@backbone.teacher"] = math.Inf(1)
		equal := matrix.New(demoK, demoD)
		for i := range equal.Data {
			equal.Data[i] = 1
		}
		counts := make([]int, demoK)
		counts[0] = demoImages
		must(t, c.WritePrototypes(prototypesFile(equal, equal, counts)))
		log, err := c.OpenEpochs()
		must(t, err)
		must(t, log.Append(store.Epoch{Step: 0, Metrics: store.Metrics{"live_unique@0.025": math.NaN()}}))
		must(t, log.Append(store.Epoch{Step: 5, Metrics: store.Metrics{"live_unique@0.025": 1}}))
		must(t, log.Close())
	}), Options{})
	must(t, err)
	if len(s.Missing) != 4 || !strings.Contains(strings.Join(s.Missing, ""), "accuracy") {
		t.Errorf("missing %v, want the figures of counts and of the accuracy", s.Missing)
	}
	if text := terminal(t, s.MainTable); !strings.Contains(text, "collapsed 1/1") || strings.Contains(text, "1.6") {
		t.Errorf("the rate of collapse does not stand in place of a mean in\n%s", text)
	}
}

// A report keeps the pictures that it cannot make again, and says which and why.
func TestReportKeepsWhatItCannotMakeAgain(t *testing.T) {
	dir, whole := reported(t)
	for _, lost := range []string{"prototypes.safetensors", "epochs.jsonl"} {
		paths, err := filepath.Glob(filepath.Join(dir, "cells", "*", lost))
		must(t, err)
		for _, path := range paths {
			must(t, os.Remove(path))
		}
	}
	s, err := Write(dir, Options{})
	must(t, err)
	lost := []string{"prototype_density", "images_per_prototype", "live_unique_over_training", "shadows", "nearest_cosine_histogram"}
	if len(s.Kept) != len(lost) || len(s.Missing) > 0 {
		t.Errorf("kept %q, missing %q", s.Kept, s.Missing)
	}
	for name, before := range whole {
		now := fileOf(t, dir, name)
		if ext := filepath.Ext(name); ext != ".md" && ext != ".html" && !bytes.Equal(before, now) {
			t.Errorf("%s changed", name)
		}
	}
	page := string(fileOf(t, dir, "README.md"))
	for _, name := range lost {
		if !strings.Contains(page, "(figures/"+name+".png)") {
			t.Errorf("the page does not show %s", name)
		}
	}
	if n := strings.Count(page, "**Kept from an earlier report and not renewed:** prototypes.safetensors is missing among the ended runs of all 16 arms."); n != 3 {
		t.Errorf("said %d times in %q", n, regexp.MustCompile(`Kept from[^\n]*`).FindAllString(page, -1))
	}
	if plain := regexp.MustCompile(` \*\*Kept from [^\n]*`).ReplaceAllString(page, ""); plain != string(whole["README.md"]) {
		t.Errorf("the rest of the page changed:\n%s", cmp.Diff(string(whole["README.md"]), plain))
	}
}

// fileOf is a file of a report, wherever it stands there.
func fileOf(t *testing.T, dir, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(pathOf(dir, name))
	must(t, err)
	return b
}

func pathOf(dir, name string) string {
	if ext := filepath.Ext(name); ext == ".png" || ext == ".svg" || ext == ".pdf" {
		return filepath.Join(dir, "report", "figures", name)
	}
	return filepath.Join(dir, "report", name)
}

// A picture of more arms than can be drawn now stays; where there is none, the arms that can be
// drawn are, and the others are named.
func TestReportDrawsWhatIsThere(t *testing.T) {
	dir, whole := reported(t)
	paths, err := filepath.Glob(filepath.Join(dir, "cells", "dino-0.2-*", "prototypes.safetensors"))
	must(t, err)
	logs, err := filepath.Glob(filepath.Join(dir, "cells", "swav-0.2-1", "epochs.jsonl"))
	must(t, err)
	for _, path := range append(paths, logs...) {
		must(t, os.Remove(path))
	}
	s, err := Write(dir, Options{})
	must(t, err)
	if len(paths) == 0 || len(logs) != 1 || len(s.Kept) != 5 || len(s.Missing) > 0 {
		t.Errorf("%d and %d removed, kept %q, missing %q", len(paths), len(logs), s.Kept, s.Missing)
	}
	for _, name := range []string{"prototype_density.png", "images_per_prototype.svg", "live_unique_over_training.png", "shadows.svg"} {
		if !bytes.Equal(fileOf(t, dir, name), whole[name]) {
			t.Errorf("%s changed", name)
		}
	}
	_, less := written(t, dir)
	for _, said := range []string{"prototypes.safetensors is missing among the ended runs of dino (T 0.2).", "epochs.jsonl is missing among the ended runs of swav (T 0.2)."} {
		if strings.Count(string(less["README.md"]), "**Not complete:** "+said) < 2 {
			t.Errorf("the page does not say that %s", said)
		}
	}
	if page := string(less["index.html"]); strings.Contains(page, "Kept from an earlier report") || strings.Count(page, "Not complete:") < 2 {
		t.Error("the page takes pictures that are new for an earlier report's")
	}
	if bytes.Equal(less["prototype_density.png"], whole["prototype_density.png"]) {
		t.Error("the picture without dino is that with it")
	}
}

func TestPrototypesRefuses(t *testing.T) {
	good := tensorfile.Tensor{Name: "prototypes.teacher", Shape: []int{2, 2}, F32: []float32{1, 0, 0, 1}}
	cases := map[string][]tensorfile.Tensor{
		"no tensor prototypes": {{Name: "x", Shape: []int{1}, F32: []float32{1}}},
		"for 2 prototypes":     {good, {Name: "usage.counts", Shape: []int{3}, I64: []int64{1, 2, 3}}},
		"from 0 to":            {good, {Name: "usage.counts", Shape: []int{2}, I64: []int64{1, -1}}},
		"value 0.5":            {good, {Name: "usage.counts", Shape: []int{2}, F64: []float64{0, 0.5}}},
		"value NaN":            {good, {Name: "usage.counts", Shape: []int{2}, F64: []float64{0, math.NaN()}}},
	}
	for want, tensors := range cases {
		dir := small(t, func(c *store.CellDir, _ *store.Result) {
			must(t, c.WritePrototypes(&tensorfile.File{Tensors: tensors}))
		})
		if _, err := Write(dir, Options{}); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "prototypes.safetensors") {
			t.Errorf("got %v, want the file and %q", err, want)
		}
	}
}

func TestWriteNeedsARun(t *testing.T) {
	if _, err := Write(t.TempDir(), Options{}); err == nil || !strings.Contains(err.Error(), "not a run directory") {
		t.Errorf("got %v", err)
	}
}

// A sweep may list its seeds in any order; an arm's runs are in that of their numbers.
func TestRunsAreInTheOrderOfTheirSeeds(t *testing.T) {
	dir := t.TempDir()
	d, err := store.Create(dir)
	must(t, err)
	p := store.Plan{Name: "seeds"}
	for _, seed := range []uint64{7, 3, 11, 5} {
		p.Cells = append(p.Cells, planned(demoArm{method: "swav", learner: "joint", embedding: "plain"}, "swav", 0.2, seed))
	}
	_, err = d.Freeze(p)
	must(t, err)
	for _, pc := range p.Cells {
		must(t, d.Cell(pc).Prepare())
		must(t, d.Cell(pc).WriteResult(store.Result{Cell: pc.Cell, Outcome: store.Outcome{Status: store.OK}, Metrics: store.Metrics{}}))
	}
	s, err := load(dir)
	must(t, err)
	var seeds []uint64
	for _, r := range s.arms[0].runs {
		seeds = append(seeds, r.cell().Seed)
	}
	if diff := cmp.Diff([]uint64{3, 5, 7, 11}, seeds); diff != "" || len(s.arms) != 1 {
		t.Error(diff)
	}
}

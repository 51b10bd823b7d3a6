package reports

import (
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"protobench/harness/store"
)

// manySeeds writes a run of two arms and so many seeds.
func manySeeds(t *testing.T, seeds int) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "many")
	d, err := store.Create(dir)
	must(t, err)
	p := store.Plan{Name: "many", Baseline: "learner=joint", Primary: []string{"live_unique@0.025"}}
	arms := demoArms("swav")[:2]
	for _, a := range arms {
		for seed := range uint64(seeds) {
			p.Cells = append(p.Cells, planned(a, "swav", 0.2, seed))
		}
	}
	_, err = d.Freeze(p)
	must(t, err)
	for i, a := range arms {
		first := d.Cell(p.Cells[i*seeds])
		fillCell(t, first, a, 0.2)
		r, _, err := first.Result()
		must(t, err)
		for _, c := range p.Cells[i*seeds+1 : (i+1)*seeds] {
			must(t, os.CopyFS(d.Cell(c).Path(), os.DirFS(first.Path())))
			r.Cell = c.Cell
			must(t, d.Cell(c).WriteResult(r))
		}
	}
	return dir
}

// allocated is what reading a run, and making its tables and its page, takes in all, in bytes. The
// pictures themselves take as long for many runs as for few.
func allocated(t *testing.T, dir string) float64 {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	s, err := load(dir)
	must(t, err)
	_, err = s.figures()
	must(t, err)
	all := s.tables(nil)
	must(t, all.write(t.TempDir(), nil))
	must(t, s.writeCells(filepath.Join(t.TempDir(), "cells.csv")))
	r, err := s.page(&Pages{}, nil, nil, all, nil)
	must(t, err)
	must(t, r.Write(io.Discard))
	runtime.ReadMemStats(&after)
	return float64(after.TotalAlloc - before.TotalAlloc)
}

// A report of twice the cells takes twice as much for them: nothing in it looks at pairs of cells.
func TestReportGrowsAsCellsDo(t *testing.T) {
	var at [3]float64
	for i, seeds := range []int{30, 60, 120} {
		at[i] = allocated(t, manySeeds(t, seeds))
	}
	first, second := at[1]-at[0], at[2]-at[1]
	if ratio := second / first; ratio > 2.1 { // 2 for what is linear, 4 for what is square
		t.Errorf("120 cells more allocate %.2f times what 60 more do: %.0f kB, then %.0f kB", ratio, first/1e3, second/1e3)
	}
	if perCell := second / 120; perCell > 1e6 {
		t.Errorf("a cell takes %.0f kB", perCell/1e3)
	}
}

package serve

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"protobench/harness/store"
	"protobench/reports/page"
)

// deepest is how far below a folder runs are looked for.
const deepest = 6

// found is a run directory below one of the folders.
type found struct {
	name string // its place in addresses: the folder's number and the path below it
	path string
}

// discover lists the runs below folders, sorted. Links are not followed, so that all of them lie
// where they seem to; what cannot be read is passed over.
func discover(folders []string) []found {
	var out []found
	for i, folder := range folders {
		root := filepath.Clean(folder)
		_ = filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			if err != nil || !e.IsDir() {
				return nil
			}
			below, err := filepath.Rel(root, path)
			if err != nil {
				return nil
			}
			if isRun(path) {
				out = append(out, found{strings.TrimSuffix(fmt.Sprint(i, "/", filepath.ToSlash(below)), "/."), path})
				return fs.SkipDir
			}
			if strings.HasPrefix(e.Name(), ".") && below != "." || strings.Count(filepath.ToSlash(below), "/") >= deepest {
				return fs.SkipDir
			}
			return nil
		}) // errors are passed over one by one
	}
	slices.SortFunc(out, func(a, b found) int { return cmp.Compare(a.name, b.name) })
	return out
}

// isRun reports whether a folder is a run directory whose parts lie in it.
func isRun(path string) bool {
	plan, err := os.Lstat(store.PlanPath(path))
	if err != nil || !plan.Mode().IsRegular() {
		return false
	}
	for _, part := range []string{"cells", "report"} {
		if info, err := os.Lstat(filepath.Join(path, part)); err == nil && !info.IsDir() {
			return false
		}
	}
	return true
}

// named finds a run by its place in addresses.
func named(runs []found, name string) (found, bool) {
	for _, r := range runs {
		if r.name == name {
			return r, true
		}
	}
	return found{}, false
}

// rows looks at every run.
func (s *Server) rows() []page.Run {
	var out []page.Run
	for _, f := range discover(s.folders) {
		out = append(out, s.row(f))
	}
	return out
}

// knownRow is a row of the list and the signature of what it was made of.
type knownRow struct {
	of  string
	row page.Run
}

// row is a run's row, read anew where its files have changed: every open list asks for all of them
// every two seconds, and one of ten thousand results takes that long to read.
func (s *Server) row(f found) page.Run {
	now := f.signature().of
	s.mu.Lock()
	before, seen := s.known[f.path]
	s.mu.Unlock()
	if seen && before.of == now {
		return before.row
	}
	r := f.row()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known[f.path] = knownRow{now, r}
	return r
}

// row is the run in the list.
func (f found) row() page.Run {
	r := page.Run{Address: "/run/" + escaped(f.name), Path: f.path, Name: filepath.Base(f.path)}
	broken := func(err error) page.Run {
		r.Unreadable = err.Error()
		return r
	}
	d, err := store.Open(f.path)
	if err != nil {
		return broken(err)
	}
	plan, err := d.Plan()
	if err != nil {
		return broken(err)
	}
	r.Name, r.Question, r.Planned = plan.Name, plan.Question, len(plan.Cells)
	if info, err := os.Stat(store.PlanPath(f.path)); err == nil {
		r.Changed = info.ModTime()
	}
	for _, c := range d.States(plan) {
		switch c.State {
		case store.Done:
			r.Done++
		case store.Broken:
			r.Failed++
		}
		if info, err := os.Stat(c.Dir.Path()); err == nil && info.ModTime().After(r.Changed) {
			r.Changed = info.ModTime()
		}
	}
	_, r.Running = d.Beat()
	return r
}

package audit

import (
	"cmp"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"

	"protobench/metrics/training"
	"protobench/metrics/uniqueness"
)

// Point is one checkpoint of a series.
type Point struct {
	File          string   `json:"file"`
	At            string   `json:"at"` // what is known of its place: "epoch 10", "step 500", or its number in the series
	Unique        int      `json:"unique"`
	UniqueCentred int      `json:"unique_centred"`
	Displacement  *float64 `json:"displacement"` // from the start; null where none is known
	Drift         *float64 `json:"drift"`        // from the checkpoint before; null for the first
	Verdict       Kind     `json:"verdict"`
}

// Series is what became of one set of prototypes over checkpoints.
type Series struct {
	Key    string  `json:"key"`
	K      int     `json:"prototypes"`
	Points []Point `json:"series"`
	Begins string  `json:"collapse_begins"` // the first point that is collapsed, partly or wholly, up to the end; "" for none
}

// track is a series while its files are read.
type track struct {
	key             string
	rows, cols      int
	start, previous *Prototypes
	points          []Point
}

// trackOf is the track of prototypes by name and shape.
func (a *Audit) trackOf(p *Prototypes) *track {
	for _, t := range a.tracks {
		if t.key == p.Key && t.rows == p.Found.Rows && t.cols == p.Found.Cols {
			return t
		}
	}
	t := &track{key: p.Key, rows: p.Found.Rows, cols: p.Found.Cols}
	a.tracks = append(a.tracks, t)
	return t
}

// add puts prototypes at the end of the series.
func (t *track) add(f *File, p *Prototypes, r Result, keep bool) {
	point := Point{File: f.Path, At: f.place(len(t.points)), Unique: r.unique(), Displacement: r.Displacement, Verdict: r.Kind}
	point.UniqueCentred = r.UniqueCentred[uniqueness.EpsilonText(r.Epsilon)]
	if t.previous != nil {
		if d, ok := training.Displacement(t.previous.Rows, p.Rows); ok {
			point.Drift = &d
		}
	}
	t.points = append(t.points, point)
	if !keep {
		return // large prototypes of several heads are not held at once
	}
	if t.start == nil {
		t.start = p
	}
	t.previous = p
}

// Series are the sets of prototypes that more than one file has.
func (a *Audit) Series() []Series {
	var out []Series
	for _, t := range a.tracks {
		if len(t.points) < 2 {
			continue
		}
		s := Series{Key: t.key, K: t.rows, Points: t.points}
		for i := len(t.points) - 1; i >= 0 && t.points[i].Verdict.collapsed(); i-- {
			s.Begins = t.points[i].At
		}
		out = append(out, s)
	}
	return out
}

// collapsed reports whether prototypes are copies of each other.
func (k Kind) collapsed() bool { return k == Partial || k == Total }

// clocks are what files call the time of training, and how a point in time is named by it.
func clocks() [][2]string {
	return [][2]string{
		{"epoch", "epoch"}, {"global_step", "step"}, {"iteration", "step"}, {"step", "step"}, {"iter", "step"}, {"meta.epoch", "epoch"}, {"meta.iter", "step"},
	}
}

// place says when in training a file was written: by a number in its name, or by what it holds.
func (f *File) place(i int) string {
	for _, c := range clocks() {
		if n, ok := f.number(c[0]); ok {
			return fmt.Sprintf("%s %d", c[1], n)
		}
	}
	if n, ok := stepInName(f.Path); ok {
		return fmt.Sprintf("step %d", n)
	}
	return strconv.Itoa(i)
}

// number is a fact that is a whole number, also as a text, as safetensors keeps it.
func (f *File) number(key string) (int64, bool) {
	switch v := f.Facts[key].(type) {
	case int64:
		return v, true
	case string:
		n, err := strconv.ParseInt(v, 10, 64)
		return n, err == nil
	}
	return 0, false
}

// stepInName is the last number in a file's name, before its extension.
func stepInName(path string) (int64, bool) {
	name := filepath.Base(path)
	all := regexp.MustCompile(`[0-9]+`).FindAllString(name[:len(name)-len(filepath.Ext(name))], -1)
	if len(all) == 0 {
		return 0, false
	}
	n, err := strconv.ParseInt(all[len(all)-1], 10, 64)
	return n, err == nil
}

// Ordered sorts files by time: by the numbers in their names, else by the epochs or steps that they
// hold, else as given. Either has to be there in all files, and differ.
func Ordered(paths []string) []string {
	if len(paths) < 2 {
		return paths
	}
	if out, ok := orderedBy(paths, stepInName); ok {
		return out
	}
	for _, c := range clocks() {
		held := func(path string) (int64, bool) {
			f, err := Open(path)
			if err != nil {
				return 0, false
			}
			defer f.Close()
			return f.number(c[0])
		}
		if out, ok := orderedBy(paths, held); ok {
			return out
		}
	}
	return paths
}

func orderedBy(paths []string, time func(string) (int64, bool)) ([]string, bool) {
	at, seen := map[string]int64{}, map[int64]bool{}
	for _, p := range paths {
		n, ok := time(p)
		if !ok || seen[n] {
			return nil, false
		}
		at[p], seen[n] = n, true
	}
	out := slices.Clone(paths)
	slices.SortStableFunc(out, func(a, b string) int { return cmp.Compare(at[a], at[b]) })
	return out, true
}

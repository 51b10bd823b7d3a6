package audit

import (
	"protobench/audit/checkpoint"
	"protobench/metrics/training"
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
	start, previous *checkpoint.Prototypes
	points          []Point
}

// trackOf is the track of prototypes by name and shape.
func (a *Audit) trackOf(p *checkpoint.Prototypes) *track {
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
func (t *track) add(f *checkpoint.File, p *checkpoint.Prototypes, r Result, keep bool) {
	point := Point{File: f.Path, At: f.Place(len(t.points)), Unique: r.unique(), Displacement: r.Displacement, Verdict: r.Kind}
	point.UniqueCentred = r.at(r.UniqueCentred)
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

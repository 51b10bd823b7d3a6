package relation

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"protobench/harness/store"
	"protobench/metrics"
	"protobench/metrics/metric"
	"protobench/metrics/probe"
)

// Point is one finished cell.
type Point struct {
	Run     string // name of its run directory
	Host    string // objective
	Learner string
	Arm     string // method and values of the axes
	Seed    uint64
	X, Y    float64 // in the unit of tables: percent where tables have percent
}

// Left counts the cells that say nothing of the two metrics.
type Left struct {
	Unfinished int `json:"unfinished"` // without a result, failed or diverged
	Collapsed  int `json:"collapsed"`  // totally, so that their usage means nothing
	Without    int `json:"without"`    // one of the metrics is undefined, as in arms without prototypes
	Repeated   int `json:"repeated"`   // the training of another cell, in another run
}

// Only says which cells are wanted, any of the names of each; empty for all.
type Only struct {
	Objectives []string `name:"objective" help:"Only cells of these objectives."`
	Learners   []string `name:"learner" help:"Only cells of these learners, e.g. joint."`
}

// wants reports whether a cell is one of those.
func (o Only) wants(c store.Cell) bool {
	return c.Objective != "" && // else a reference row
		(len(o.Objectives) == 0 || slices.Contains(o.Objectives, c.Objective)) && (len(o.Learners) == 0 || slices.Contains(o.Learners, c.Learner))
}

// Read gathers the finished cells of run directories, or of folders of them, in their order, each training once.
// Reference rows, which have no prototypes, and collapsed cells are left out. Errors name the folder.
func Read(folders []string, x, y string, only Only) ([]Point, Left, error) {
	specs := [2]metric.Spec{}
	for i, key := range []string{x, y} {
		s, known := metrics.Find(key)
		if !known {
			return nil, Left{}, fmt.Errorf("no metric is called %q; `protobench list metrics` names them", key)
		}
		specs[i] = s
	}
	var runs []*store.Dir
	for _, folder := range folders {
		in, err := store.RunsIn(folder)
		if err != nil {
			return nil, Left{}, err
		}
		runs = append(runs, in...)
	}
	var points []Point
	var left Left
	seen := map[string]bool{}
	for _, dir := range runs {
		cells, err := dir.Cells()
		if err != nil {
			return nil, left, err
		}
		for _, c := range cells {
			if !only.wants(c.Dir.Plan().Cell) {
				continue
			}
			p, ok := pointOf(c, specs, &left)
			if !ok {
				continue
			}
			training := trainingOf(c)
			if seen[training] {
				left.Repeated++
				continue
			}
			seen[training] = true
			p.Run = filepath.Base(filepath.Clean(dir.Path()))
			points = append(points, p)
		}
	}
	return points, left, nil
}

// trainingOf tells cells of equal training by what they ended with, to the last digit. Sweeps may
// share an arm and measure it at other times, so that its hash is another one.
func trainingOf(c store.CellState) string {
	cell := c.Dir.Plan().Cell
	m := c.Result.Metrics
	return fmt.Sprint(cell.Objective, cell.Learner, cell.Seed, m["path"], m[metrics.Headline()], m[probe.LinearKey(metric.Teacher)])
}

// pointOf takes one cell; false where it is left out, which is counted.
func pointOf(c store.CellState, specs [2]metric.Spec, left *Left) (Point, bool) {
	planned := c.Dir.Plan()
	switch status := c.Result.Outcome.Status; {
	case c.State != store.Done || status == store.Diverged:
		left.Unfinished++
		return Point{}, false
	case status == store.Collapsed:
		left.Collapsed++
		return Point{}, false
	}
	p := Point{Host: planned.Cell.Objective, Learner: planned.Cell.Learner, Arm: planned.Cell.Arm(), Seed: planned.Cell.Seed}
	p.X, p.Y = specs[0].ShownOf(c.Result.Metrics, planned.Prototypes), specs[1].ShownOf(c.Result.Metrics, planned.Prototypes)
	if math.IsNaN(p.X) || math.IsNaN(p.Y) {
		left.Without++
		return Point{}, false
	}
	return p, true
}

// Title is a metric's name with its unit, as it heads a column.
func Title(key string) string {
	if s, known := metrics.Find(key); known {
		return s.Shows()
	}
	return key
}

// groups are the positions of the points by a key, in the order of their first.
func groups(points []Point, of func(Point) string) [][]int {
	var names []string
	var out [][]int
	for i, p := range points {
		at := slices.Index(names, of(p))
		if at < 0 {
			at, names, out = len(names), append(names, of(p)), append(out, nil)
		}
		out[at] = append(out[at], i)
	}
	return out
}

// arm names a point's arm among all run directories.
func (p Point) arm() string { return strings.Join([]string{p.Run, p.Arm}, "\x00") }

// family names the objective and sweep of a point.
func (p Point) family() string { return strings.Join([]string{p.Run, p.Host}, "\x00") }

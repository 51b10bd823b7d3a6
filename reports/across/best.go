package across

import (
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"protobench/harness/store"
	"protobench/metrics/metric"
)

// Ranking is the finished cells of several runs, in the order of one metric.
type Ranking struct {
	Metric  string           `json:"metric"`
	Unit    string           `json:"unit"` // that values are shown in
	Better  metric.Direction `json:"better"`
	Runs    int              `json:"runs"`
	Cells   []Ranked         `json:"cells"`   // the best first
	Without int              `json:"without"` // finished cells without a value, or collapsed where it would mislead
	Undone  int              `json:"undone"`  // planned cells that are not finished, or failed

	Unreadable []string `json:"unreadable,omitempty"` // runs that are left out, with the reason
	Protocols  []string `json:"protocols"`            // in what the cells differ that makes ranks questionable
}

// Ranked is one of them. Its value is that of the last epoch, in the tables' unit.
type Ranked struct {
	Value float64 `json:"value"`
	Arm   string  `json:"arm"`
	Seed  uint64  `json:"seed"`
	Epoch int     `json:"epoch"`
	Run   string  `json:"run"`  // folder
	Cell  string  `json:"cell"` // folder
	data  string
}

// Best ranks the finished cells of all runs in and below some folders. A direction other than "" is
// taken in place of the metric's own, which metrics that only describe need.
func Best(key string, dirs []string, better metric.Direction) (*Ranking, error) {
	s := specOf(key)
	r := &Ranking{Metric: key, Unit: s.Unit.ShownIn(), Better: s.Better, Cells: []Ranked{}, Protocols: []string{}}
	if better != "" {
		r.Better = better
	}
	runs, err := runsBelow(dirs)
	if err != nil {
		return nil, err
	}
	var known []string
	for _, path := range runs {
		if known, err = r.add(path, s, known); err != nil {
			r.Unreadable = append(r.Unreadable, err.Error())
		}
	}
	if len(r.Cells) == 0 && r.Without == 0 {
		return nil, fmt.Errorf("no run has a finished cell yet; `protobench status DIR` says how far one is%s", strings.Join(append([]string{""}, r.Unreadable...), "\n"))
	}
	if len(r.Cells) == 0 && !slices.Contains(known, key) {
		return nil, noMetric(key, known)
	}
	if r.Better != metric.Higher && r.Better != metric.Lower {
		return nil, fmt.Errorf("%s describes, and has no better direction; say --highest or --lowest", key)
	}
	sort.SliceStable(r.Cells, func(i, j int) bool {
		a, b := r.Cells[i].Value, r.Cells[j].Value
		return r.Better == metric.Higher && a > b || r.Better == metric.Lower && a < b
	})
	r.questions()
	return r, nil
}

// runsBelow finds the run directories in and below folders; a run is not searched for others.
func runsBelow(dirs []string) (out []string, err error) {
	for _, dir := range dirs {
		n := len(out)
		if _, err := os.Stat(dir); err != nil {
			return nil, err
		}
		err := filepath.WalkDir(dir+"/.", func(path string, e fs.DirEntry, err error) error { // a link is followed to its folder
			if err != nil || !e.IsDir() {
				return err
			}
			path = filepath.Clean(path)
			if _, err := store.Open(path); err == nil {
				if !slices.Contains(out, path) {
					out = append(out, path)
				}
				return fs.SkipDir
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		if len(out) == n && len(dirs) == 1 {
			return nil, fmt.Errorf("%s: no run in or below it; give folders that `protobench run` wrote, or one above them", dir)
		}
	}
	return out, nil
}

// add takes a run's cells, and the metrics that they have to those known.
func (r *Ranking) add(path string, s metric.Spec, known []string) ([]string, error) {
	run, err := openRun(path)
	if err != nil {
		return known, err
	}
	r.Runs++
	for _, a := range run.arms() {
		for _, key := range keysOf(a) {
			if !slices.Contains(known, key) {
				known = append(known, key)
			}
		}
	}
	for _, c := range run.cells {
		if !c.Counted() {
			r.Undone++
			continue
		}
		v := value(c, s)
		if math.IsNaN(v) || math.IsInf(v, 0) {
			r.Without++
			continue
		}
		cell := c.Dir.Plan().Cell
		r.Cells = append(r.Cells, Ranked{v, cell.Arm(), cell.Seed, c.Result.Outcome.Epoch, path, c.Dir.Path(), c.Result.Provenance.DataSHA256})
	}
	return known, nil
}

// questions notes what makes the ranks questionable.
func (r *Ranking) questions() {
	data, epochs := map[string]bool{}, map[int]bool{}
	for _, c := range r.Cells {
		data[c.data], epochs[c.Epoch] = true, true
	}
	if len(data) > 1 {
		r.Protocols = append(r.Protocols, fmt.Sprintf("the cells are of %d data sets", len(data)))
	}
	if len(epochs) > 1 {
		r.Protocols = append(r.Protocols, fmt.Sprintf("the cells trained for %d different numbers of epochs", len(epochs)))
	}
}

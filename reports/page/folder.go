package page

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"protobench/harness/store"
	"protobench/internal/tensorfile"
	"protobench/metrics"
	"protobench/metrics/metric"
	"protobench/metrics/probe"
	"protobench/metrics/training"
	"protobench/metrics/uniqueness"
)

// detail is how much of a cell the page keeps.
type detail struct {
	points int // of a curve
	ranks  int // of prototypes by images
	log    int // bytes of the end of log.txt
}

// detailOf is that of each of so many cells: a thousand of them have to fit into ten megabytes, ten
// thousand into forty, which browsers still open.
func detailOf(cells int) detail {
	share := func(most, least int) int { return max(least, min(most, most*1000/max(1, cells))) }
	return detail{points: share(48, 12), ranks: share(96, 24), log: share(1600, 400)}
}

// Folder is what the page shows out of a cell's folder beside its result.
type Folder struct {
	Epoch  float64 // of the last measurement
	Curves []Curve
	Usage  *Usage
	Log    string   // the end of log.txt
	Unread []string // what is there and cannot be read, and why
}

// Curve is a quantity over training, thinned.
type Curve struct {
	Name string  `json:"name"` // a metric's key, behind "NAME/" where an observer's
	X    []short `json:"x"`    // steps
	Y    []short `json:"y"`
}

// Usage are the images of prototypes, most first, thinned to the given ranks.
type Usage struct {
	Images int     `json:"images"`
	Count  int     `json:"k"`
	Ranks  []int   `json:"ranks"` // from 0
	Counts []int   `json:"counts"`
	Kinds  string  `json:"kinds"` // a letter a rank: u live and unique, d live and a duplicate, x dead
	Live   [3]int  `json:"live"`  // how many of each kind
	Fair   float64 `json:"fair"`  // images of each if all had the same
}

// Read reads what the page shows of the folder of one of so many cells.
func Read(dir *store.CellDir, cells int) Folder {
	var f Folder
	keep := detailOf(cells)
	f.note(f.readSteps(dir, keep.points))
	f.note(f.readEpochs(dir, keep.points))
	usage, err := readUsage(dir, keep.ranks)
	f.note(err)
	f.Usage = usage
	f.Log, err = logTail(dir.Path(), int64(keep.log))
	f.note(err)
	return f
}

func (f *Folder) note(err error) {
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		f.Unread = append(f.Unread, "not shown: "+err.Error())
	}
}

func (f *Folder) readSteps(dir *store.CellDir, points int) error {
	lines, err := dir.Steps()
	if err != nil || len(lines) == 0 {
		return err
	}
	c := Curve{Name: training.LossKey()}
	for _, i := range thinned(len(lines), points) {
		c.X, c.Y = append(c.X, short(lines[i].Step)), append(c.Y, short(lines[i].Loss))
	}
	f.Curves = append(f.Curves, c)
	return nil
}

// overTraining are the metrics whose curves the page keeps, and probes the values of closer looks.
func overTraining() []string {
	eps := uniqueness.Epsilons()[0]
	return []string{metrics.Headline(), uniqueness.Key(eps), "used", "grouped_perplexity", probe.LinearKey(metric.Teacher)}
}

func closerLooks() []string {
	return []string{"nearest_cosine.p05", "nearest_cosine.median", "nearest_cosine.p95"}
}

func (f *Folder) readEpochs(dir *store.CellDir, points int) error {
	lines, err := dir.Epochs()
	if err != nil || len(lines) == 0 {
		return err
	}
	f.Epoch = lines[len(lines)-1].Epoch
	for _, key := range overTraining() {
		f.curve(key, lines, points, func(e store.Epoch) store.Metrics { return e.Metrics })
	}
	for _, name := range sortedKeys(lines[len(lines)-1].Observers) {
		f.curve(name+"/"+metrics.Headline(), lines, points, func(e store.Epoch) store.Metrics { return e.Observers[name] })
	}
	for _, key := range closerLooks() {
		f.curve(key, lines, points, func(e store.Epoch) store.Metrics { return e.Probes[""].Values })
	}
	return nil
}

// curve keeps the values that a key has at measurements, so many points of them; none where it has none.
func (f *Folder) curve(name string, lines []store.Epoch, points int, of func(store.Epoch) store.Metrics) {
	key := name[strings.LastIndexByte(name, '/')+1:]
	var x, y []short
	for _, l := range lines {
		if v, ok := of(l)[key]; ok && !math.IsNaN(v) {
			x, y = append(x, short(l.Step)), append(y, short(v))
		}
	}
	if len(x) == 0 {
		return
	}
	c := Curve{Name: name}
	for _, i := range thinned(len(x), points) {
		c.X, c.Y = append(c.X, x[i]), append(c.Y, y[i])
	}
	f.Curves = append(f.Curves, c)
}

// readUsage ranks prototypes by their images as they are stored; nil where they are not.
func readUsage(dir *store.CellDir, ranks int) (*Usage, error) {
	path := filepath.Join(dir.Path(), "prototypes.safetensors")
	file, at, err := tensorfile.OpenStore(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // nothing was written
	all, err := tensorfile.ScanSafetensors(path, at)
	if err != nil {
		return nil, err
	}
	counts, err := whole(all, "usage.counts", 0, math.MaxInt32)
	if err != nil || len(counts) == 0 {
		return nil, err
	}
	owner, err := whole(all, "usage.owner", -1, len(counts)-1)
	if err == nil && owner != nil && len(owner) != len(counts) {
		err = fmt.Errorf("%s: usage.owner has %d values for %d prototypes", path, len(owner), len(counts))
	}
	if err != nil {
		return nil, err
	}
	return usageOf(counts, owner, ranks), nil
}

// whole reads a tensor of whole numbers from least to most; nil where there is none.
func whole(all *tensorfile.Archive, name string, least, most int) ([]int, error) {
	a, ok := all.Get(name)
	if !ok {
		return nil, nil
	}
	values, err := a.Float32s()
	out := make([]int, len(values))
	for i, v := range values {
		if f := float64(v); f != math.Trunc(f) || f < float64(least) || f > float64(most) {
			return nil, fmt.Errorf("%s: value %g at %d is not a whole number from %d to %d", name, v, i, least, most)
		}
		out[i] = int(v)
	}
	return out, err
}

// usageOf ranks counts. A live prototype is a duplicate where another live one has its owner; without
// owners none is.
func usageOf(counts, owner []int, most int) *Usage {
	u := &Usage{Count: len(counts)}
	for _, n := range counts {
		u.Images += n
	}
	u.Fair = float64(u.Images) / float64(len(counts))
	if owner == nil {
		owner = slices.Repeat([]int{-1}, len(counts))
	}
	ranked := uniqueness.RankUsage(counts, u.Images, uniqueness.Cover{Owner: owner})
	for _, r := range ranked {
		u.Live[kindOf(r)]++
	}
	u.Ranks = thinned(len(ranked), most)
	for _, rank := range u.Ranks {
		u.Counts = append(u.Counts, ranked[rank].Images)
		u.Kinds += "udx"[kindOf(ranked[rank]):][:1]
	}
	return u
}

// kindOf is a prototype's place among live and unique, live and a duplicate, and dead.
func kindOf(r uniqueness.Ranked) int {
	switch {
	case r.Dead:
		return 2
	case r.Duplicate:
		return 1
	}
	return 0
}

// logTail reads the last bytes of a cell's log. It never leaves the folder, whatever a link there says.
func logTail(folder string, most int64) (string, error) {
	f, err := os.OpenInRoot(folder, "log.txt")
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }() // nothing was written
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return "", err
	}
	from := max(0, info.Size()-most)
	b, err := io.ReadAll(io.NewSectionReader(f, from, most))
	text := strings.ToValidUTF8(string(b), "�")
	if from > 0 {
		_, text, _ = strings.Cut(text, "\n")
		text = "…\n" + text
	}
	return text, err
}

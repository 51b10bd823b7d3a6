package logs

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
)

// Curve is one quantity of a log, in the order of the log.
type Curve struct {
	Name   string
	At     []float64 // epochs or steps; the record's number where none is logged
	Values []float64 // may be NaN or Inf
	Clock  string    // what At counts: "epoch", "step" or "record"
}

// record is one line of a log.
type record struct {
	clock  string // "" where it has none
	at     float64
	values map[string]float64
}

// told reports whether a quantity bears on collapse: logs hold hundreds of others.
func told(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc([]string{"loss", "entropy", "kl", "koleo", "perplexity"}, func(word string) bool { return strings.Contains(name, word) })
}

const (
	longestLine = 16 << 20 // bytes of a line, or of a record of events
	mostRecords = 1 << 23
	mostCurves  = 1000
)

// Read reads the curves of a training's log that bear on collapse: lines of JSON (DINO's
// log.txt, DINOv2's training_metrics.json, this program's steps.jsonl), a table of CSV (Lightning's
// metrics.csv), or TensorBoard's events.
func Read(path string) ([]Curve, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	curves, err := curvesOf(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(curves) == 0 {
		return nil, fmt.Errorf("%s: nothing in it is called a loss, an entropy or a KL divergence", path)
	}
	return curves, nil
}

func curvesOf(r io.Reader) ([]Curve, error) {
	b := bufio.NewReaderSize(r, 1<<16)
	head, err := b.Peek(12)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	c := collector{at: map[string]int{}}
	switch begin := bytes.TrimLeft(head, " \r\n\t"); {
	case isEvents(head):
		err = readEvents(b, c.add)
	case bytes.HasPrefix(begin, []byte("{")):
		err = readLines(b, c.add)
	case len(begin) == 0:
		err = fmt.Errorf("empty")
	case slices.ContainsFunc(head, func(x byte) bool { return x < ' ' && x != '\n' && x != '\r' && x != '\t' }):
		err = fmt.Errorf("neither lines of JSON, nor CSV, nor TensorBoard's events")
	default:
		err = readTable(b, c.add)
	}
	return c.curves, err
}

// collector makes curves of records.
type collector struct {
	curves  []Curve
	at      map[string]int
	records int
}

func (c *collector) add(r record) error {
	if c.records++; c.records > mostRecords {
		return fmt.Errorf("more than %d records", mostRecords)
	}
	names := make([]string, 0, len(r.values))
	for name := range r.values {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		i, ok := c.at[name]
		if !ok {
			if len(c.curves) == mostCurves {
				return fmt.Errorf("more than %d quantities are called a loss, an entropy or a KL divergence; is it the log of one training?", mostCurves)
			}
			clock := r.clock
			if clock == "" {
				clock = "record"
			}
			i = len(c.curves)
			c.at[name], c.curves = i, append(c.curves, Curve{Name: name, Clock: clock})
		}
		at := r.at
		if c.curves[i].Clock == "record" {
			at = float64(len(c.curves[i].At))
		}
		c.curves[i].At = append(c.curves[i].At, at)
		c.curves[i].Values = append(c.curves[i].Values, r.values[name])
	}
	return nil
}

// clockNames are what logs call the time of a record, the finer ones first.
func clockNames() [][2]string {
	return [][2]string{{"step", "step"}, {"global_step", "step"}, {"iteration", "step"}, {"iter", "step"}, {"epoch", "epoch"}}
}

// recordOf keeps what a line says that matters, in place.
func recordOf(line map[string]float64) record {
	r := record{values: line}
	for _, c := range clockNames() {
		if at, ok := line[c[0]]; ok {
			r.clock, r.at = c[1], at
			break
		}
	}
	maps.DeleteFunc(line, func(name string, _ float64) bool { return !told(name) })
	return r
}

// Where is a place of a curve in words: "epoch 10".
func (c Curve) Where(i int) string { return fmt.Sprintf("%s %g", c.Clock, c.At[i]) }

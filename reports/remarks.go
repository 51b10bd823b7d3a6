package reports

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"protobench/harness/store"
	"protobench/reports/table"
)

// remark is one kind of warning or of missing value that cells of a table share: texts
// that differ in their numbers alone are one kind.
type remark struct {
	kind      string // the text with # for every number
	undefined bool   // the text says why there is no value
	numbers   [][]string
	keys      []string // metrics it was said of
	cells     int
	last      *store.CellDir // the cell counted last
	arms      map[*arm]bool
}

// remarkNotes marks the arms' rows of a table with the remarks on the metrics it shows.
type remarkNotes struct {
	remarks []*remark
	cells   int
}

// remarksOn collects what was said of the given metrics: of the arms' own learners, or of
// their observers. general adds what was said of no metric in particular.
func (s *sweep) remarksOn(measures []measure, observers, general bool) *remarkNotes {
	n := &remarkNotes{}
	for _, a := range s.arms {
		for _, r := range a.runs {
			if r.State != store.Done {
				continue
			}
			n.cells++
			for _, w := range r.Result.Provenance.Warnings {
				n.warning(a, r, w, measures, observers, general)
			}
			for _, key := range slices.Sorted(maps.Keys(r.Result.Undefined)) {
				if name, ok := shown(key, measures, observers); ok && !a.reference {
					n.add(a, r, true, name, r.Result.Undefined[key])
				}
			}
		}
	}
	return n
}

// warning files a warning about one of the metrics shown, or about the cell.
func (n *remarkNotes) warning(a *arm, r run, w store.Warning, measures []measure, observers, general bool) {
	if w.Metric == "" {
		if general {
			n.add(a, r, false, "", w.Text)
		}
		return
	}
	if name, ok := shown(w.Metric, measures, observers); ok {
		n.add(a, r, false, name, w.Text)
	}
}

// shown tells whether a table shows a metric, by its key without an observer's name.
func shown(key string, measures []measure, observers bool) (string, bool) {
	if rest, ok := strings.CutPrefix(key, "observer."); ok {
		_, key, _ = strings.Cut(rest, ".")
		if !observers {
			return key, false
		}
	}
	return key, slices.ContainsFunc(measures, func(m measure) bool { return m.Key == key })
}

// number finds the numbers of a text that stand apart from words.
var number = regexp.MustCompile(`\b\d+(\.\d+)?(e[-+]?\d+)?\b`)

func (n *remarkNotes) add(a *arm, r run, undefined bool, key, text string) {
	kind := number.ReplaceAllString(text, "#")
	i := slices.IndexFunc(n.remarks, func(x *remark) bool { return x.kind == kind && x.undefined == undefined })
	if i < 0 {
		i = len(n.remarks)
		n.remarks = append(n.remarks, &remark{kind: kind, undefined: undefined, arms: map[*arm]bool{}})
	}
	m := n.remarks[i]
	m.numbers = append(m.numbers, number.FindAllString(text, -1))
	if key != "" && !slices.Contains(m.keys, key) {
		m.keys = append(m.keys, key)
	}
	if m.last != r.Dir {
		m.cells++
		m.last = r.Dir
	}
	m.arms[a] = true
}

// marks notes the remarks on an arm under the table and returns their marks. What is true
// of every cell needs no marks.
func (n *remarkNotes) marks(t *table.Table, a *arm) []int {
	var out []int
	for _, m := range n.remarks {
		text := m.text(n.cells)
		switch {
		case m.cells == n.cells && !slices.Contains(t.General, text):
			t.General = append(t.General, text)
		case m.cells < n.cells && m.arms[a]:
			out = append(out, t.Note(text))
		}
	}
	return out
}

// text writes the kind with its numbers, a range where they differ.
func (m *remark) text(cells int) string {
	var b strings.Builder
	for i, part := range strings.Split(m.kind, "#") {
		if i > 0 {
			b.WriteString(m.span(i - 1))
		}
		b.WriteString(part)
	}
	where, keys := fmt.Sprintf("%d of %d cells", m.cells, cells), strings.Join(m.keys, ", ")
	switch {
	case m.undefined:
		has := "has"
		if len(m.keys) > 1 {
			has = "have"
		}
		return fmt.Sprintf("%s %s no value in %s: %s.", keys, has, where, b.String())
	case keys == "":
		return fmt.Sprintf("%s (%s).", b.String(), where)
	}
	return fmt.Sprintf("%s: %s (%s).", keys, b.String(), where)
}

// span is the range of the texts' i-th number.
func (m *remark) span(i int) string {
	var low, high string
	for _, n := range m.numbers {
		if i >= len(n) {
			continue
		}
		if low == "" || valueOf(n[i]) < valueOf(low) {
			low = n[i]
		}
		if high == "" || valueOf(n[i]) > valueOf(high) {
			high = n[i]
		}
	}
	if low == high {
		return low
	}
	return low + " to " + high
}

func valueOf(number string) float64 {
	v, _ := strconv.ParseFloat(number, 64) // the pattern lets nothing else through
	return v
}

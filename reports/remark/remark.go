package remark

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

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
	last      any // the cell counted last
	arms      map[any]bool
}

// Notes are remarks on the cells of a table's arms.
type Notes struct {
	remarks []*remark
	cells   int
}

// Count counts a cell that remarks may be made on.
func (n *Notes) Count() { n.cells++ }

// number finds the numbers of a text that stand apart from words.
var number = regexp.MustCompile(`\b\d+(\.\d+)?(e[-+]?\d+)?\b`)

// Add files a text about a cell of an arm, either of which is known by a comparable value: about the
// metric of a key, or "" for none. undefined says that it is why there is no value.
func (n *Notes) Add(arm, cell any, undefined bool, key, text string) {
	kind := number.ReplaceAllString(text, "#")
	i := slices.IndexFunc(n.remarks, func(x *remark) bool { return x.kind == kind && x.undefined == undefined })
	if i < 0 {
		i = len(n.remarks)
		n.remarks = append(n.remarks, &remark{kind: kind, undefined: undefined, arms: map[any]bool{}})
	}
	m := n.remarks[i]
	m.numbers = append(m.numbers, number.FindAllString(text, -1))
	if key != "" && !slices.Contains(m.keys, key) {
		m.keys = append(m.keys, key)
	}
	if m.last != cell {
		m.cells++
		m.last = cell
	}
	m.arms[arm] = true
}

// Marks notes the remarks on an arm under the table and returns their marks. What is true
// of every cell needs no marks.
func (n *Notes) Marks(t *table.Table, arm any) []int {
	var out []int
	for _, m := range n.remarks {
		text := m.text(n.cells)
		switch {
		case m.cells == n.cells && !slices.Contains(t.General, text):
			t.General = append(t.General, text)
		case m.cells < n.cells && m.arms[arm]:
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

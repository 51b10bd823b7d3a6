package clustering

import (
	"cmp"
	"slices"

	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

// contingency is the sparse table of two labellings of the same samples; label
// values do not matter, only which samples share them.
type contingency struct {
	n          int
	rows, cols []int  // samples per class and per cluster, in label order
	cells      []cell // non-empty, by class then cluster
}

type cell struct{ row, col, n int }

func tabulate(classes, clusters []int) contingency {
	matrix.MustMatch("clusters", len(clusters), len(classes))
	a, na := compact(classes)
	b, nb := compact(clusters)
	t := contingency{n: len(a), rows: metric.Counts(a, na), cols: metric.Counts(b, nb)}
	order := make([]cell, len(a))
	for i := range a {
		order[i] = cell{row: a[i], col: b[i], n: 1}
	}
	slices.SortFunc(order, func(x, y cell) int { return cmp.Or(x.row-y.row, x.col-y.col) })
	for _, c := range order {
		if last := len(t.cells) - 1; last >= 0 && t.cells[last].row == c.row && t.cells[last].col == c.col {
			t.cells[last].n++
			continue
		}
		t.cells = append(t.cells, c)
	}
	return t
}

// compact renames labels to 0..k-1 in their numeric order.
func compact(labels []int) (out []int, k int) {
	values := slices.Compact(slices.Sorted(slices.Values(labels)))
	out = make([]int, len(labels))
	for i, l := range labels {
		out[i], _ = slices.BinarySearch(values, l)
	}
	return out, len(values)
}

// identical reports whether the labellings are the same partition.
func (t contingency) identical() bool {
	return len(t.cells) == len(t.rows) && len(t.cells) == len(t.cols)
}

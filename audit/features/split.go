package features

import (
	"fmt"
	"maps"
	"slices"

	"protobench/audit/checkpoint"
	"protobench/internal/stream"
)

// Split draws a share of a set's labelled images as test images, of each class the nearest whole
// number and at least one where it has two (stream "split"); all others, unlabelled ones too, stay
// in train. Both keep the file's order.
func (l *Labelled) Split(share float64, seed uint64) (train, test *Labelled) {
	byClass := map[int][]int{}
	for i, y := range l.Y {
		if y != Unlabelled {
			byClass[y] = append(byClass[y], i)
		}
	}
	rng := stream.New(seed, "split")
	out := make([]bool, len(l.Y))
	for _, class := range sortedKeys(byClass) {
		rows := byClass[class]
		rng.Shuffle(len(rows), func(a, b int) { rows[a], rows[b] = rows[b], rows[a] })
		n := int(float64(share*float64(len(rows))) + 0.5)
		if len(rows) >= 2 {
			n = min(max(n, 1), len(rows)-1)
		}
		for _, i := range rows[:min(n, len(rows))] {
			out[i] = true
		}
	}
	var kept, held []int
	for i := range l.Y {
		if out[i] {
			held = append(held, i)
		} else {
			kept = append(kept, i)
		}
	}
	return l.pick(kept), l.pick(held)
}

// pick is some of the rows, which are copied.
func (l *Labelled) pick(rows []int) *Labelled {
	out := &Labelled{File: l.File, Key: l.Key, X: l.X.Pick(rows), Y: make([]int, len(rows))}
	for i, r := range rows {
		out.Y[i] = l.Y[r]
	}
	return out
}

// withLabels leaves the unlabelled images out.
func (l *Labelled) withLabels() *Labelled {
	if !slices.Contains(l.Y, Unlabelled) {
		return l
	}
	var rows []int
	for i, y := range l.Y {
		if y != Unlabelled {
			rows = append(rows, i)
		}
	}
	return l.pick(rows)
}

// classesOf numbers the classes of both sets from 0 on, in ascending order of their labels; it
// refuses sets that leave nothing to learn or to test.
func classesOf(train, test *Labelled) (of map[int]int, err error) {
	of = map[int]int{}
	for _, l := range []*Labelled{train, test} {
		if l.X.Rows == 0 {
			return nil, fmt.Errorf("%s: no image with a label in %s; probes need some to learn from and some to test", l.File, checkpoint.TensorText(l.Key))
		}
		for _, y := range l.Y {
			of[y] = 0
		}
	}
	if train.X.Cols != test.X.Cols {
		return nil, fmt.Errorf("%s has %d dimensions, %s has %d; features of one network are expected", train.File, train.X.Cols, test.File, test.X.Cols)
	}
	if len(of) < 2 {
		return nil, fmt.Errorf("%s: one class alone among the labels: nothing to tell apart", train.File)
	}
	for i, y := range sortedKeys(of) {
		of[y] = i
	}
	return of, nil
}

func sortedKeys[V any](m map[int]V) []int { return slices.Sorted(maps.Keys(m)) }

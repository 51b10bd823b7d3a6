package slurm

import (
	"fmt"
	"strconv"
	"strings"
)

// array is one job array: the tasks 0 ≤ i < size that stand for the cells offset+i.
type array struct {
	offset   int
	tasks    []int // ascending
	throttle int   // tasks at a time; 0 for all
	after    int   // index of the array that has to end first; -1 for none
}

// arrays parts ascending indices into arrays whose tasks are numbered below size, and shares the
// throttle out: it holds for one array alone, so that arrays that run side by side have a part of it
// each. With more arrays than tasks at a time the later ones wait for earlier ones.
func arrays(indices []int, size, throttle int) []array {
	var all []array
	for _, i := range indices {
		if n := len(all); n == 0 || i-all[n-1].offset >= size {
			all = append(all, array{offset: i, after: -1})
		}
		last := &all[len(all)-1]
		last.tasks = append(last.tasks, i-last.offset)
	}
	if throttle == 0 {
		return all
	}
	lanes := min(throttle, len(all))
	for i := range all {
		lane := i % lanes
		all[i].throttle = (lane+1)*throttle/lanes - lane*throttle/lanes
		all[i].after = i - lanes
		if all[i].after < 0 {
			all[i].after = -1
		}
	}
	return all
}

// String is the array as sbatch's --array takes it: "0-7,9%2".
func (a array) String() string {
	var parts []string
	for i := 0; i < len(a.tasks); {
		j := i
		for j+1 < len(a.tasks) && a.tasks[j+1] == a.tasks[j]+1 {
			j++
		}
		if i == j {
			parts = append(parts, strconv.Itoa(a.tasks[i]))
		} else {
			parts = append(parts, fmt.Sprintf("%d-%d", a.tasks[i], a.tasks[j]))
		}
		i = j + 1
	}
	text := strings.Join(parts, ",")
	if a.throttle > 0 {
		text += fmt.Sprintf("%%%d", a.throttle)
	}
	return text
}

package checkpoint

import (
	"cmp"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
)

// clocks are what files call the time of training, and how a point in time is named by it.
func clocks() [][2]string {
	return [][2]string{
		{"epoch", "epoch"}, {"global_step", "step"}, {"iteration", "step"}, {"step", "step"}, {"iter", "step"}, {"meta.epoch", "epoch"}, {"meta.iter", "step"},
	}
}

// Place says when in training a file was written, the i-th of its series: by a number in its name, or by what it holds.
func (f *File) Place(i int) string {
	for _, c := range clocks() {
		if n, ok := f.number(c[0]); ok {
			return fmt.Sprintf("%s %d", c[1], n)
		}
	}
	if n, ok := stepInName(f.Path); ok {
		return fmt.Sprintf("step %d", n)
	}
	return strconv.Itoa(i)
}

// number is a fact that is a whole number, also as a text, as safetensors keeps it.
func (f *File) number(key string) (int64, bool) {
	switch v := f.Facts[key].(type) {
	case int64:
		return v, true
	case string:
		n, err := strconv.ParseInt(v, 10, 64)
		return n, err == nil
	}
	return 0, false
}

// stepInName is the last number in a file's name, before its extension.
func stepInName(path string) (int64, bool) {
	name := filepath.Base(path)
	all := regexp.MustCompile(`[0-9]+`).FindAllString(name[:len(name)-len(filepath.Ext(name))], -1)
	if len(all) == 0 {
		return 0, false
	}
	n, err := strconv.ParseInt(all[len(all)-1], 10, 64)
	return n, err == nil
}

// Ordered sorts files by time: by the numbers in their names, else by the epochs or steps that they
// hold, else as given. Either has to be there in all files, and differ.
func Ordered(paths []string) []string {
	if len(paths) < 2 {
		return paths
	}
	if out, ok := orderedBy(paths, stepInName); ok {
		return out
	}
	for _, c := range clocks() {
		held := func(path string) (int64, bool) {
			f, err := Open(path)
			if err != nil {
				return 0, false
			}
			defer f.Close()
			return f.number(c[0])
		}
		if out, ok := orderedBy(paths, held); ok {
			return out
		}
	}
	return paths
}

func orderedBy(paths []string, time func(string) (int64, bool)) ([]string, bool) {
	at, seen := map[string]int64{}, map[int64]bool{}
	for _, p := range paths {
		n, ok := time(p)
		if !ok || seen[n] {
			return nil, false
		}
		at[p], seen[n] = n, true
	}
	out := slices.Clone(paths)
	slices.SortStableFunc(out, func(a, b string) int { return cmp.Compare(at[a], at[b]) })
	return out, true
}

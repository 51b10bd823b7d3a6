package stats

import (
	"slices"
	"strings"
)

// Letters marks n things by letters such that two share one exactly where they are not shown to
// differ (Piepho 2004, insert and absorb). Things are given in the order in which they stand in a
// table, so that the first has an a. Beyond z letters are doubled: aa, bb.
func Letters(n int, differ func(i, j int) bool) []string {
	groups := [][]bool{make([]bool, n)} // one a letter: who has it
	for i := range n {
		groups[0][i] = true
	}
	for i := range n {
		for j := i + 1; j < n; j++ {
			if differ(i, j) {
				groups = absorbed(split(groups, i, j))
			}
		}
	}
	slices.SortFunc(groups, func(a, b []bool) int { return slices.Index(a, true) - slices.Index(b, true) })
	out := make([]string, n)
	for g, members := range groups {
		for i, has := range members {
			if has {
				out[i] += strings.Repeat(string(rune('a'+g%26)), 1+g/26)
			}
		}
	}
	return out
}

// split makes two of every group that has both: one without i, one without j.
func split(groups [][]bool, i, j int) [][]bool {
	var out [][]bool
	for _, g := range groups {
		if !g[i] || !g[j] {
			out = append(out, g)
			continue
		}
		for _, left := range []int{j, i} {
			one := slices.Clone(g)
			one[left] = false
			out = append(out, one)
		}
	}
	return out
}

// absorbed leaves out groups that another one contains.
func absorbed(groups [][]bool) [][]bool {
	var out [][]bool
	for a, g := range groups {
		inside := func(b int) bool {
			for i, has := range g {
				if has && !groups[b][i] {
					return false
				}
			}
			return !slices.Equal(g, groups[b]) || b < a
		}
		if !slices.ContainsFunc(indices(len(groups)), func(b int) bool { return b != a && inside(b) }) {
			out = append(out, g)
		}
	}
	return out
}

func indices(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

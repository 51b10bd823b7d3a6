package setting

import "slices"

// Nearest returns the name closest to a misspelt one by Levenshtein distance, or
// "" when none is close enough to be what was meant.
func Nearest(name string, names []string) string {
	best, least := "", len(name)/2+1
	for _, n := range names {
		if d := distance(name, n); d < least {
			best, least = n, d
		}
	}
	return best
}

// Suggest asks whether the nearest name was meant, or says otherwise.
func Suggest(name string, names []string, otherwise string) string {
	if n := Nearest(name, names); n != "" {
		return "did you mean " + n + "?"
	}
	return otherwise
}

// distance is the Levenshtein distance in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			substitute := diagonal
			if a[i] != b[j] {
				substitute++
			}
			diagonal = row[j+1]
			row[j+1] = slices.Min([]int{substitute, row[j] + 1, row[j+1] + 1})
		}
	}
	return row[len(b)]
}

package wording

import "strconv"

// Number writes a number that may not be known.
func Number(x *float64) string {
	if x == nil {
		return "-"
	}
	return strconv.FormatFloat(*x, 'g', 3, 64)
}

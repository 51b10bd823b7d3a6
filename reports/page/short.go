package page

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// short is a number that the page holds with five digits, which is more than it shows. NaN is null.
type short float64

// MarshalJSON implements json.Marshaler.
func (v short) MarshalJSON() ([]byte, error) {
	f := float64(v)
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return []byte("null"), nil
	}
	b := strconv.AppendFloat(nil, f, 'g', 5, 64)
	if text, exponent, found := strings.Cut(string(b), "e"); found { // Go pads exponents, JSON need not
		n, err := strconv.Atoi(exponent)
		if err != nil {
			return nil, err
		}
		return []byte(text + "e" + strconv.Itoa(n)), nil
	}
	return b, nil
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func splitLines(s string) []string { return strings.Split(strings.TrimRight(s, "\n"), "\n") }

// thinned returns the numbers of at most most of n things at even distances, the first and the last
// among them.
func thinned(n, most int) []int {
	if n <= most {
		most = n
	}
	out := make([]int, most)
	for i := range out {
		out[i] = i
		if n > most {
			out[i] = i * (n - 1) / (most - 1)
		}
	}
	return out
}

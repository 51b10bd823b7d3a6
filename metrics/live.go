package metrics

// deadBelow is the part of the fair share 1/K under which a prototype is dead.
const deadBelow = 0.05

// Live marks the prototypes that are in use: count ≥ max(1, 0.05·n/K), where counts
// [K] are hard assignments of n images.
func Live(counts []int, n int) []bool {
	need := max(1, deadBelow*float64(n)/float64(max(1, len(counts))))
	live := make([]bool, len(counts))
	for k, c := range counts {
		live[k] = float64(c) >= need
	}
	return live
}

// LiveUnique is Unique among the live prototypes alone: the headline number. Frozen
// random vectors are unique and mostly dead, so Unique praises them and this
// does not; duplicates and dead prototypes both lower it.
//
// Owner is -1 for dead rows; with no live prototype Count is 0. The count may
// exceed that of Unique: leaving a row out can free others that it covered.
func LiveUnique(p Matrix, counts []int, n int, eps float64) Cover {
	return LiveCovers(p, counts, n, []float64{eps})[0]
}

// LiveCovers is LiveUnique for several thresholds, in the order of eps.
func LiveCovers(p Matrix, counts []int, n int, eps []float64) []Cover {
	mustMatch("usage counts", len(counts), p.Rows)
	var rows []int
	for k, ok := range Live(counts, n) {
		if ok {
			rows = append(rows, k)
		}
	}
	return coverRows(directionsOf(p), rows, eps)
}

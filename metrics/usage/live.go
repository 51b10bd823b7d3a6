package usage

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

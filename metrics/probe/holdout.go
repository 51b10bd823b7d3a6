package probe

import (
	"slices"

	"protobench/internal/stream"
)

// holdOutShare is the part of the training rows that chooses the L2 strength.
const holdOutShare = 0.2

// holdOut draws a stratified part of the rows by class from the stream "probe":
// the nearest whole number to 20 % of each class, at least one where the class has
// two or more rows. Both lists are ascending.
func holdOut(y []int, classes int, seed uint64) (fit, held []int) {
	byClass := make([][]int, classes)
	for i, c := range y {
		byClass[c] = append(byClass[c], i)
	}
	rng := stream.New(seed, "probe")
	for _, rows := range byClass {
		rng.Shuffle(len(rows), func(a, b int) { rows[a], rows[b] = rows[b], rows[a] })
		n := int(float64(holdOutShare*float64(len(rows))) + 0.5)
		if len(rows) >= 2 {
			n = max(n, 1)
		}
		held = append(held, rows[:n]...)
		fit = append(fit, rows[n:]...)
	}
	slices.Sort(fit)
	slices.Sort(held)
	return fit, held
}

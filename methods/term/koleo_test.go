package term

import (
	"testing"

	"protobench/internal/kernel"
	"protobench/internal/team"
	"protobench/methods/internal/fixture"
)

// TestKoleoNeighbours compares blocks with whole rows of similarities, over several blocks both
// ways, among which rows are repeated: the first of equal ones counts.
func TestKoleoNeighbours(t *testing.T) {
	const k, d = koleoOthers + koleoRows + 3, 4
	x := fixture.RandomUnit(1, k, d)
	copy(x[(k-1)*d:], x[7*d:8*d])
	copy(x[(k-2)*d:], x[7*d:8*d])
	two := team.New(2)
	defer two.Close()
	n := newKoleo(k, d)
	n.value(two, x)
	sims := make([]float32, k*k)
	kernel.InnerProducts(nil, sims, n.c, n.c, k, d, k)
	for r := range k {
		row := sims[r*k:][:k]
		row[r] = -2
		if want := kernel.Argmax(row); n.near[r] != want {
			t.Fatalf("the nearest of %d is %d, not %d", r, want, n.near[r])
		}
	}
}

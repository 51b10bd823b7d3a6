package mixture

import (
	"math"
	"testing"
)

// What part of the embeddings each component has, by hand: two components that remember 3 each begin
// at a half; 4 embeddings at the first make that (3 + 4)/10, and 100 more than both remember are all
// that counts.
func TestSharesByHand(t *testing.T) {
	m := New([]float32{1, 0, 0, 1}, 2, 2, "shared", 1e-3, 3)
	m.Apart, m.VarMin = true, 1e-4
	check := func(when string, seen, first, second float64) {
		t.Helper()
		for what, p := range map[string][2]float64{"seen": {m.Seen[0], seen}, "first": {m.Share[0], first}, "second": {m.Share[1], second}} {
			if !(math.Abs(p[0]-p[1]) < 1e-6) {
				t.Errorf("%s: %s is %g, want %g", when, what, p[0], p[1])
			}
		}
	}
	at := func(n int) []float32 {
		z := make([]float32, 2*n)
		for i := range n {
			z[2*i] = 1
		}
		return z
	}
	check("at the start", 6, 0.5, 0.5)
	m.Update(at(4), 1)
	check("after 4", 10, 0.7, 0.3)
	m.Lambda = 0.9 // both remember 20
	m.Update(at(5), 1)
	check("after 9", 15, 0.8, 0.2)
	m.Update(at(10), 1)
	check("at most what both remember", 20, 0.9, 0.1)
	m.Update(at(100), 1)
	check("a batch of more", 100, 1, 0)
	m.Revive(1, []float32{0, 1})
	check("revived", 100, 1, 0.01)
}

package learner

import (
	"math"
	"slices"
	"testing"

	"protobench/internal/stream"
)

// TestAssign: each embedding to its largest cosine, the first of equal ones, over more embeddings
// than are held at a time.
func TestAssign(t *testing.T) {
	const times = assignBlock/4 + 1
	z := slices.Repeat([]float32{1, 0, 0.6, 0.8, -1, 0, 0, -1}, times) // the last one is as near to all
	a := NewAssignment(4, 2)
	a.Assign(nil, z, []float32{1, 0, 0, 1, 0, 1, 0.6, 0.8})
	for i, k := range a.Near {
		if want := []int{0, 3, 1, 0}[i%4]; k != want {
			t.Fatalf("embedding %d is given to %d, want %d", i, k, want)
		}
	}
	if want := []float64{2 * times, times, 0, times}; !slices.Equal(a.Count, want) || a.empty() != 1 {
		t.Errorf("counts %v, want %v; %d empty", a.Count, want, a.empty())
	}
	if want := []float64{times, -times, -times, 0, 0, 0, 0.6 * times, 0.8 * times}; !near64(a.Sum, want, 1e-3) {
		t.Errorf("sums %v, want %v", a.Sum, want)
	}
	if !(math.Abs(a.cosine-0.5) <= 1e-6) { // 1, 1, 0, 0
		t.Errorf("mean cosine %g", a.cosine)
	}
	a.Assign(nil, z[:4], []float32{1, 0, 0, 1, 0, 1, 0.6, 0.8})
	if len(a.Near) != 2 || a.Count[0] != 1 || a.Count[3] != 1 || !(math.Abs(a.cosine-1) <= 1e-6) {
		t.Errorf("a second batch: %v, counts %v, cosine %g", a.Near, a.Count, a.cosine)
	}
}

func TestDirection(t *testing.T) {
	dst := []float32{7, 7}
	if direction(dst, []float64{0, 0}); !slices.Equal(dst, []float32{7, 7}) {
		t.Errorf("a vector without length has the direction %v", dst)
	}
	if direction(dst, []float64{3, 4}); !slices.Equal(dst, []float32{0.6, 0.8}) {
		t.Errorf("direction %v", dst)
	}
}

// TestStartAt: different rows as long as there are enough, then the same again.
func TestStartAt(t *testing.T) {
	z := []float32{1, 10, 2, 20, 3, 30}
	got := StartAt(stream.New(1, "test"), z, 5, 2)
	if !slices.Equal(got[6:], got[:4]) {
		t.Errorf("rows %v do not repeat", got)
	}
	seen := map[float32]bool{}
	for i := 0; i < 6; i += 2 {
		if seen[got[i]] = true; got[i+1] != 10*got[i] {
			t.Errorf("row %v is none", got[i:i+2])
		}
	}
	if len(seen) != 3 || len(got) != 10 {
		t.Errorf("rows %v are not all", got)
	}
}

// TestCentresOfManyChunks: embeddings beyond those whose scores are held at a time count as well,
// and a centre without any stays.
func TestCentresOfManyChunks(t *testing.T) {
	const n = centresChunk + 3
	z := make([]float32, 2*n)
	for i := range n {
		z[2*i] = 1
		if i >= n-4 { // across the border
			z[2*i] = 5
		}
	}
	c := NewCentres(nil, z, []float32{0, 0, 4, 0, -9, 0}, 2, 2)
	if want := []float32{1, 0, 5, 0, -9, 0}; !slices.Equal(c.Value, want) {
		t.Errorf("centres %v, want %v", c.Value, want)
	}
	if want := []float64{n - 4, 4, 0}; !slices.Equal(c.count, want) || c.Near[n-5] != 0 || c.Near[n-4] != 1 || c.Distance[n-1] != 0 {
		t.Errorf("counts %v, want %v", c.count, want)
	}
}

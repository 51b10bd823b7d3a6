package augment

import (
	"math"
	"testing"

	"protobench/datasets"
)

// TestNoiseViews checks the views of vectors: around the plain ones, with the noise that was asked
// for, each with its own.
func TestNoiseViews(t *testing.T) {
	const n, d = 50, 40
	im := &datasets.Images{Height: 1, Width: d, Channels: 1, Pixels: make([]uint8, n*d), Labels: make([]int, n)}
	order := make([]int, n)
	for i := range im.Pixels {
		im.Pixels[i] = uint8(i * 7)
	}
	for i := range order {
		order[i] = i
	}
	a, err := New(Alike(recipe()), Input{1, d, 1}, [3]float32{0.5}, [3]float32{0.25}, false)
	if err != nil {
		t.Fatal(err)
	}
	a.Noise = 0.2
	plain, views := make([]float32, n*d), make([]float32, 2*n*d)
	a.Plain(plain, im, order)
	a.Views(views, im, order, 3, 7)
	var square float64
	for i, v := range views {
		e := float64(v - plain[i%len(plain)])
		square += e * e / float64(len(views))
	}
	if got := math.Sqrt(square); math.Abs(got-0.2) > 0.01 {
		t.Errorf("the noise has the standard deviation %g", got)
	}
	if views[0] == views[n*d] {
		t.Error("both views have the same noise")
	}
}

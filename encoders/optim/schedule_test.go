package optim

import "testing"

func TestLine(t *testing.T) {
	l := Line{Start: 0.996, End: 1, Total: 4}
	for step, want := range []float64{0.996, 0.997, 0.998, 0.999, 1, 1} {
		if got := l.At(step); got < want-1e-12 || got > want+1e-12 {
			t.Errorf("step %d: %g, want %g", step, got, want)
		}
	}
}

package metrics

import "testing"

// after returns a stop that says so from its n-th question on.
func after(n int) func() bool {
	return func() bool { n--; return n < 0 }
}

func TestProbesStopWhenTold(t *testing.T) {
	x, y := blobs(6, 300, 3, 5, 1)
	equal(t, "k-NN", KNN(nil, x, y, x, y, KNNOptions{Classes: 3, Stop: after(1)}).Undefined, stoppedEarly)
	whole := Linear(nil, x, y, x, y, LinearOptions{Classes: 3})
	for _, n := range []int{0, 5, 40} {
		equal(t, "linear", Linear(nil, x, y, x, y, LinearOptions{Classes: 3, Stop: after(n)}).Undefined, stoppedEarly)
	}
	equal(t, "never", Linear(nil, x, y, x, y, LinearOptions{Classes: 3, Stop: after(1 << 30)}), whole)
	one := LinearOptions{Classes: 3, L2: []float64{1e-3}, Stop: after(3)}
	equal(t, "the model's own fit", Linear(nil, x, y, x, y, one).Undefined, stoppedEarly)
}

// Padding classes to whole vectors, blocks of rows and threads leave the objective as it is.
func TestCrossEntropyOfManyClasses(t *testing.T) {
	x, y := blobs(7, 1100, 37, 6, 1)
	p := make([]float64, 37*7)
	for i := range p {
		p[i] = float64(i%11)/7 - 0.5
	}
	g, again := make([]float64, len(p)), make([]float64, len(p))
	value := newCrossEntropy(nil, x, y, 37, 0.1).value(p, g)
	equal(t, "value by a team", newCrossEntropy(threads(t), x, y, 37, 0.1).value(p, again), value)
	equal(t, "gradient by a team", again, g)
	want, wantG := plainCrossEntropy(x, y, 37, 0.1, p)
	near(t, "value", value, want, 1e-5)
	for i := range g {
		near(t, "gradient", g[i], wantG[i], 1e-5)
	}
}

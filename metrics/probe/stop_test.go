package probe

import (
	"testing"

	"protobench/metrics/internal/fixture"
)

// after returns a stop that says so from its n-th question on.
func after(n int) func() bool {
	return func() bool { n--; return n < 0 }
}

func TestProbesStopWhenTold(t *testing.T) {
	x, y := fixture.Blobs(6, 300, 3, 5, 1)
	many, labels := fixture.Blobs(6, 700, 3, 5, 1) // more queries than are looked up at once
	fixture.Equal(t, "k-NN", KNN(nil, x, y, many, labels, KNNOptions{Classes: 3, Stop: after(1)}).Undefined, stoppedEarly)
	fixture.Equal(t, "k-NN grid", KNNGrid(nil, x, y, many, labels, KNNGridOptions{Classes: 3, Stop: after(1)}).Undefined, stoppedEarly)
	whole := Linear(nil, x, y, x, y, LinearOptions{Classes: 3})
	for _, n := range []int{0, 5, 40} {
		fixture.Equal(t, "linear", Linear(nil, x, y, x, y, LinearOptions{Classes: 3, Stop: after(n)}).Undefined, stoppedEarly)
	}
	fixture.Equal(t, "never", Linear(nil, x, y, x, y, LinearOptions{Classes: 3, Stop: after(1 << 30)}), whole)
	one := LinearOptions{Classes: 3, L2: []float64{1e-3}, Stop: after(3)}
	fixture.Equal(t, "the model's own fit", Linear(nil, x, y, x, y, one).Undefined, stoppedEarly)
}

package cell

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/methods/part"
	"protobench/metrics/matrix"
)

// TestProbesGoOnFromAState: what a probe is compared with comes back from a state, whose other
// entries are left to the trainer; a state without any leaves nothing to compare with.
func TestProbesGoOnFromAState(t *testing.T) {
	p := newProber()
	p.seen[""] = &sight{matrix.Of(2, 1, []float32{1, -1}), []int{0, 1, 1}}
	p.seen["joint"] = &sight{matrix.Of(1, 2, []float32{3, 4}), []int{0}}
	other := part.F64Of("step", []float64{7})
	q := newProber()
	if rest := q.load(append(p.state(), other)); len(rest) != 1 || rest[0].Name != "step" {
		t.Errorf("%d entries are left for the trainer", len(rest))
	}
	if d := cmp.Diff(p.seen, q.seen, cmp.AllowUnexported(sight{})); d != "" {
		t.Error(d)
	}
	if rest := q.load([]part.Named{other}); len(rest) != 1 || len(q.seen) != 0 {
		t.Errorf("%d entries, %d sights of a state without", len(rest), len(q.seen))
	}
}

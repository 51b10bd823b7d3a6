package cell

import (
	"testing"

	"protobench/datasets"
	"protobench/harness/internal/fixture"
)

// Weights are those that a finished cell stores.
func TestRehearsalsCountMemory(t *testing.T) {
	got := map[string]Memory{}
	for _, c := range ran(t, fixture.Kept) {
		r, err := Rehearse(c.job, Real(), datasets.NewLibrary(fixture.Open), nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Build(); err != nil {
			t.Fatal(err)
		}
		m := r.Memory()
		got[c.result.Cell.Method] = m
		f, err := c.dir.Weights()
		if err != nil {
			t.Fatal(err)
		}
		var want int64
		if f != nil {
			want = sizeOf(f.Tensors)
		}
		if m.Weights != want || m.Data != 60*48 {
			t.Errorf("%s: %+v, want %d bytes of weights", c.result.Cell.Method, m, want)
		}
		prototypes := int64(0)
		if c.result.Cell.Learner != "" {
			prototypes = 3 * 4 * 128 * 4
		}
		if m.Prototypes != prototypes || m.State < m.Weights+prototypes/3 {
			t.Errorf("%s: %+v, want %d bytes of prototypes, and a state of more than all", c.result.Cell.Method, m, prototypes)
		}
	}
	if got["dino"].State < 2*got["dino"].Weights || got["pixels"].State != 0 {
		t.Errorf("%+v", got)
	}
}

package stream

import (
	"math/rand/v2"
	"testing"
)

func TestStreamsArePinned(t *testing.T) {
	// Other numbers here mean that every result of the past is void: raise sweep.Numerics with
	// them.
	for _, c := range []struct {
		purpose  string
		counters []uint64
		want     uint64
	}{
		{"init", nil, 2378433488987618886},
		{"augment", []uint64{3, 8}, 10987835885341382964},
	} {
		if got := New(7, c.purpose, c.counters...).Uint64(); got != c.want {
			t.Errorf("%s %v: got %d, want %d", c.purpose, c.counters, got, c.want)
		}
	}
}

func TestStreamsDiffer(t *testing.T) {
	seen := map[uint64]string{}
	add := func(name string, r *rand.Rand) {
		x := r.Uint64()
		if other, ok := seen[x]; ok {
			t.Errorf("%s and %s start alike", name, other)
		}
		seen[x] = name
	}
	add("seed 0", New(0, "order"))
	add("seed 1", New(1, "order"))
	add("another purpose", New(0, "augment"))
	add("counter 0", New(0, "order", 0))
	add("counter 1", New(0, "order", 1))
	add("counters 0 1", New(0, "order", 0, 1))
	add("counters 1 0", New(0, "order", 1, 0))
}

func TestSeedIsNewInPlace(t *testing.T) {
	src := rand.NewPCG(1, 2)
	for step := range uint64(5) {
		Seed(src, 9, "augment", step, 4)
		if got, want := src.Uint64(), New(9, "augment", step, 4).Uint64(); got != want {
			t.Errorf("step %d: got %d, want %d", step, got, want)
		}
	}
}

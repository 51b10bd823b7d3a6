// Package frugal bounds what parsers of foreign bytes allocate. Only tests may import it.
package frugal

import (
	"runtime/metrics"
	"testing"
)

// Most is what a parser may allocate for an input of up to [Small] bytes, in bytes; for a larger one
// it is as much more.
const (
	Most  = 64 << 20
	Small = 1 << 20
)

// Bound begins to count what is allocated; the function that it returns fails the test where that is
// too much for an input of n bytes. It counts everything that was allocated, freed or not, and what
// goroutines beside allocate as well.
//
//	defer frugal.Bound(t, len(b))()
func Bound(t testing.TB, n int) func() {
	t.Helper()
	before := allocated()
	return func() {
		t.Helper()
		most := uint64(Most)
		if n > Small {
			most = most / Small * uint64(n)
		}
		if taken := allocated() - before; taken > most {
			t.Errorf("%d bytes allocated for an input of %d, at most %d are expected", taken, n, most)
		}
	}
}

// allocated is what the process has ever allocated on its heap, in bytes.
func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

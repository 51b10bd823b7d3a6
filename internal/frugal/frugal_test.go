package frugal

import "testing"

// deaf is a test that fails without a word.
type deaf struct {
	testing.TB
	failed bool
}

func (d *deaf) Helper() {}

func (d *deaf) Errorf(string, ...any) { d.failed = true }

var kept []byte

func TestBound(t *testing.T) {
	for _, c := range []struct {
		input, takes int
		want         bool
	}{{100, 1 << 20, false}, {100, Most + 1<<20, true}, {3 * Small, Most + 1<<20, false}} {
		d := &deaf{}
		check := Bound(d, c.input)
		kept = make([]byte, c.takes)
		check()
		if d.failed != c.want {
			t.Errorf("%d bytes for an input of %d: failed %v", c.takes, c.input, d.failed)
		}
	}
}

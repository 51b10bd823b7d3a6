package store

import (
	"testing"
	"time"
)

// A run and workers alike are signs of life; without them there is none.
func TestBeat(t *testing.T) {
	d, err := Create(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	look := func(want bool) {
		t.Helper()
		if at, running := d.Beat(); running != want || running && time.Since(at) > time.Minute {
			t.Errorf("%v, last at %v; want %v", running, at, want)
		}
	}
	look(false)
	for _, take := range []func() (*Lock, error){d.Lock, d.Join} {
		l, err := take()
		if err != nil {
			t.Fatal(err)
		}
		look(true)
		if err := l.Release(); err != nil {
			t.Fatal(err)
		}
		look(false)
	}
}

package cell

import (
	"slices"
	"testing"
	"time"
)

// Short cells are saved early; long ones at the interval, which no gap exceeds.
func TestCheckpointsComeEarlyAndThenAtTheInterval(t *testing.T) {
	for name, c := range map[string]struct {
		every, took time.Duration
		want        []int // seconds
	}{
		"default":         {30 * time.Second, 0, []int{1, 2, 4, 8, 16, 32, 62, 92}},
		"dear checkpoint": {30 * time.Second, 400 * time.Millisecond, []int{1, 21, 42, 72, 102}},
		"short interval":  {2 * time.Second, 0, []int{1, 2, 4, 6, 8}},
	} {
		start := time.Now()
		p := newPace(c.every, start)
		var got []int
		for s := 0; len(got) < len(c.want); s++ {
			if now := start.Add(time.Duration(s) * time.Second); p.due(now) {
				got = append(got, s)
				p.wrote(now.Add(-c.took), now)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

package team

import (
	"sync/atomic"
	"testing"
	"time"
)

func TestTeam(t *testing.T) {
	for _, threads := range []int{1, 2, 3} {
		team := New(threads)
		for round := range 200 {
			var count [37]atomic.Int32
			team.Do(len(count), func(i int) { count[i].Add(1) })
			for i := range count {
				if n := count[i].Load(); n != 1 {
					t.Fatalf("%d threads: task %d ran %d times", threads, i, n)
				}
			}
			if round%100 == 99 { // long enough for the others to fall asleep
				time.Sleep(2 * spin)
			}
		}
		team.Do(0, func(int) { t.Error("no task was asked for") })
		team.Close()
	}
}

func TestTeamPanics(t *testing.T) {
	team := New(2)
	defer team.Close()
	defer func() {
		if p := recover(); p != "no" {
			t.Errorf("recovered %v", p)
		}
	}()
	team.Do(10, func(i int) {
		if i == 7 {
			panic("no")
		}
	})
}

func BenchmarkTeam(b *testing.B) {
	team := New(2)
	defer team.Close()
	for b.Loop() {
		team.Do(4, func(int) {})
	}
}

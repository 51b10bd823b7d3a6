package kernel

import (
	"time"

	"protobench/internal/team"
)

const (
	bandwidthWindow  = 2 * time.Millisecond // one measurement, at least
	bandwidthWindows = 8                    // the best counts: other processes can only take away
	bandwidthArrays  = 3                    // two that are read, one that is written
)

// Bandwidth measures the rate at which a team's threads together read and write arrays of so many
// bytes in all, over and over, in GB/s: sums of two arrays into a third, each thread its own. Small
// arrays stay in caches, large ones do not. What a write reads before is not counted.
func Bandwidth(team *team.Team, bytes int) float64 {
	threads := team.Threads()
	n := max(1024, bytes/(4*bandwidthArrays*threads))
	room := make([]float32, bandwidthArrays*n*threads)
	rounds := 1
	pass := func(thread int) {
		own := room[bandwidthArrays*n*thread:][:bandwidthArrays*n]
		x, y, z := own[:n], own[n:2*n], own[2*n:]
		for range rounds {
			Combine(z, x, y, 1, 1)
		}
	}
	for {
		began := time.Now()
		team.Do(threads, pass)
		took := time.Since(began)
		if took >= bandwidthWindow {
			break
		}
		rounds = max(2*rounds, int(float64(rounds)*bandwidthWindow.Seconds()/max(1e-9, took.Seconds())))
	}
	best := 0.0
	for range bandwidthWindows {
		began := time.Now()
		team.Do(threads, pass)
		best = max(best, float64(4*len(room)*rounds)/time.Since(began).Seconds())
	}
	return 1e-9 * best
}

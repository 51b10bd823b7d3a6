package kernel

import (
	"slices"
	"time"

	"protobench/internal/team"
)

const (
	peakWindow  = 5 * time.Millisecond // one measurement
	peakCall    = 50 * time.Microsecond
	peakWindows = 20    // the best count: other processes can only take away
	peakAlike   = 3     // so many of them that agree end it sooner
	peakAgree   = 0.997 // least share of the best that agrees with it
)

// Peak measures the rate of multiply-adds that a team's threads reach together with an instruction
// set when nothing waits for memory, in GFLOP/s (two operations a multiply-add): the best of
// several windows of about 5 ms, which end once three of them agree to 0.3 % with the best, or
// after a tenth of a second. It is what a step's GFLOP/s are a share of. An instruction set that the
// processor lacks has rate 0.
func Peak(team *team.Team, s ISA) float64 {
	rounds, flop := peakLoop(s)
	if rounds == nil {
		return 0
	}
	n := calibrate(rounds)
	calls := team.Threads() * int(peakWindow/peakCall)
	var rates []float64
	for range peakWindows {
		began := time.Now()
		team.Do(calls, func(int) { rounds(n) })
		rates = append(rates, float64(calls*n*flop)/time.Since(began).Seconds())
		if agree(rates) {
			break
		}
	}
	return 1e-9 * slices.Max(rates)
}

// agree tells whether enough of the rates are close to the best of them.
func agree(rates []float64) bool {
	best, alike := slices.Max(rates), 0
	for _, r := range rates {
		if r >= peakAgree*best {
			alike++
		}
	}
	return alike >= peakAlike
}

// calibrate finds how many rounds take about a call's time: calls are short, so that the collector
// is not kept waiting and a thread that comes late costs little.
func calibrate(rounds func(n int)) int {
	for n := 1000; ; n *= 2 {
		began := time.Now()
		rounds(n)
		if d := time.Since(began); d > peakCall/2 {
			return max(1, int(float64(n)*peakCall.Seconds()/d.Seconds()))
		}
	}
}

// genericFlop is the operations of a round of peakGeneric.
const genericFlop = 16

// peakGeneric is the loop without assembly: a multiplication and an addition each, as the generic
// kernels have them.
func peakGeneric(n int) {
	x, y := float32(0.5), float32(n)
	a, b, c, d, e, f, g, h := y, y, y, y, y, y, y, y
	for range n {
		a = float32(a*x) + y
		b = float32(b*x) + y
		c = float32(c*x) + y
		d = float32(d*x) + y
		e = float32(e*x) + y
		f = float32(f*x) + y
		g = float32(g*x) + y
		h = float32(h*x) + y
	}
	peakSink(a + b + c + d + e + f + g + h)
}

// peakSink keeps the compiler from leaving the loop out.
//
//go:noinline
func peakSink(float32) {}

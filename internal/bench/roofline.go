package bench

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"protobench/internal/kernel"
	"protobench/internal/team"
	"protobench/methods"
)

// roofline holds each kind of operation against what the machine allows (Williams, Waterman and
// Patterson 2009): no operation is faster than its arithmetic at the peak, nor than its bytes at the
// bandwidth that arrays of that size have. Operations are taken one by one; a kind's bound is their
// sum.
type roofline struct {
	Peak      float64      `json:"peak_gflop_per_s"`
	Bandwidth []bandwidth  `json:"bandwidth"`
	Kinds     []rooflineOp `json:"kinds"` // the dearest first
}

// bandwidth is the measured rate of reading and writing arrays of one size.
type bandwidth struct {
	Bytes  int     `json:"bytes"` // of all threads' arrays together
	GBPerS float64 `json:"gb_per_s"`
}

// rooflineOp is one kind of operation in a step.
type rooflineOp struct {
	Kind       string  `json:"kind"`
	Operations int     `json:"operations"`
	MS         float64 `json:"ms"` // mean over the steps
	Share      float64 `json:"share"`
	GFLOP      float64 `json:"gflop"` // of products alone, convolutions as direct ones
	MB         float64 `json:"mb"`    // operands and results, each once
	GFLOPPerS  float64 `json:"gflop_per_s"`
	GBPerS     float64 `json:"gb_per_s"`
	Intensity  float64 `json:"flop_per_byte"`
	Bound      string  `json:"bound"` // compute, cache or memory: which takes most of bound_ms; "" where nothing was counted
	BoundMS    float64 `json:"bound_ms"`
	BoundShare float64 `json:"bound_share"` // bound_ms of ms; above 1 where operands lie in a nearer cache than their size says, or products are saved

	bounds map[string]float64 // seconds by what bounds the single operations
}

// bandwidthSizes are those that are measured: from what a core's own cache holds to what none does.
var bandwidthSizes = [...]int{1 << 18, 1 << 20, 1 << 22, 1 << 24, 1 << 26, 1 << 28}

func bandwidths(team *team.Team) (all []bandwidth) {
	for _, n := range bandwidthSizes {
		all = append(all, bandwidth{n, kernel.Bandwidth(team, n)})
	}
	return all
}

// newRoofline measures the bandwidths and sums up what operations took between two moments.
func newRoofline(team *team.Team, peak float64, before, after []methods.Operation, updateBytes int, samples []float64) *roofline {
	r := &roofline{Peak: peak, Bandwidth: bandwidths(team)}
	at := map[string]int{}
	rest := total(samples)
	for i, o := range after {
		s := (o.Spent - before[i].Spent).Seconds()
		rest -= s
		r.add(at, o.Kind, s, o.FLOP, o.Bytes)
	}
	r.add(at, restKind, rest, 0, updateBytes)
	r.conclude(len(samples), total(samples))
	return r
}

// add counts one operation that took seconds in all steps.
func (r *roofline) add(at map[string]int, kind string, seconds, flop float64, bytes int) {
	n, known := at[kind]
	if !known {
		n, at[kind] = len(r.Kinds), len(r.Kinds)
		r.Kinds = append(r.Kinds, rooflineOp{Kind: kind, bounds: map[string]float64{}})
	}
	k := &r.Kinds[n]
	k.Operations++
	k.MS += seconds
	k.GFLOP += float64(1e-9 * flop)
	k.MB += float64(1e-6 * float64(bytes))
	what, bound := "compute", 1e-9*flop/r.Peak
	level, rate := r.near(bytes)
	if moved := 1e-9 * float64(bytes) / rate; moved > bound {
		what, bound = level, moved
	}
	k.bounds[what] += bound
}

// near is the bandwidth of arrays of about a size, and whether that is the memory's or a cache's:
// faster by a quarter than the largest arrays.
func (r *roofline) near(bytes int) (level string, gbPerS float64) {
	best := slices.MinFunc(r.Bandwidth, func(a, b bandwidth) int {
		return cmp.Compare(ratio(a.Bytes, bytes), ratio(b.Bytes, bytes))
	})
	if best.GBPerS > 1.25*r.Bandwidth[len(r.Bandwidth)-1].GBPerS {
		return "cache", best.GBPerS
	}
	return "memory", best.GBPerS
}

// ratio is the larger of two sizes over the smaller.
func ratio(a, b int) float64 {
	x, y := float64(max(1, a)), float64(max(1, b))
	return max(x/y, y/x)
}

// conclude derives rates from sums over the steps.
func (r *roofline) conclude(steps int, seconds float64) {
	for i := range r.Kinds {
		k := &r.Kinds[i]
		s := k.MS / float64(steps)
		k.MS, k.Share = 1e3*s, s*float64(steps)/seconds
		if s > 0 {
			k.GFLOPPerS, k.GBPerS = k.GFLOP/s, 1e-3*k.MB/s
		}
		if k.MB > 0 {
			k.Intensity = 1e3 * k.GFLOP / k.MB
		}
		most := 0.0
		for _, what := range []string{"compute", "cache", "memory"} {
			b := k.bounds[what]
			k.BoundMS += float64(1e3 * b)
			if b > most {
				k.Bound, most = what, b
			}
		}
		if k.MS > 0 {
			k.BoundShare = k.BoundMS / k.MS
		}
	}
	slices.SortStableFunc(r.Kinds, func(a, b rooflineOp) int { return cmp.Compare(b.MS, a.MS) })
}

// text leaves out what takes less than a thousandth.
func (r *roofline) text() string {
	var b strings.Builder
	rates := make([]string, len(r.Bandwidth))
	for i, w := range r.Bandwidth {
		rates[i] = fmt.Sprintf("%s %.0f", mebibytes(w.Bytes), w.GBPerS)
	}
	fmt.Fprintf(&b, "bounds  %.0f GFLOP/s; GB/s by the size of what is read and written: %s\n", r.Peak, strings.Join(rates, ", "))
	fmt.Fprintf(&b, "  %-24s %8s %6s %8s %8s %8s %6s %7s  %-7s %6s\n", "operation", "ms", "% step", "GFLOP", "MB", "GFLOP/s", "GB/s", "FLOP/B", "bound", "of it")
	sum, bound := 0.0, 0.0
	for _, k := range r.Kinds {
		sum, bound = sum+k.MS, bound+k.BoundMS
		if k.Share >= 0.001 {
			fmt.Fprintf(&b, "  %-24s %8.3f %6.1f %8.3f %8.1f %8s %6.1f %7s  %-7s %4.0f %%\n",
				k.Kind, k.MS, 100*k.Share, k.GFLOP, k.MB, blank(k.GFLOPPerS), k.GBPerS, blank(k.Intensity), k.Bound, 100*k.BoundShare)
		}
	}
	fmt.Fprintf(&b, "  all operations at their bounds: %.3f ms, %.0f %% of the step\n", bound, 100*bound/sum)
	b.WriteString("  counted: products alone (two operations a multiply-add, convolutions as direct ones), operands and\n" +
		"  results once each, 4 bytes a number; of the rest the update's and the moving average's bytes\n")
	return b.String()
}

// blank is a rate with three figures, a dash for none.
func blank(v float64) string {
	if v == 0 || math.IsNaN(v) {
		return "–"
	}
	if v >= 100 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.3g", v)
}

// mebibytes is a size in KiB or MiB.
func mebibytes(bytes int) string {
	if bytes < 1<<20 {
		return fmt.Sprintf("%d KiB", bytes>>10)
	}
	return fmt.Sprintf("%d MiB", bytes>>20)
}

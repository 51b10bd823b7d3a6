package bench

import (
	"fmt"

	"protobench/internal/kernel"
	"protobench/internal/wording"
)

// gemmCommand times one product of square matrices, the usual yardstick of a processor's arithmetic.
type gemmCommand struct {
	machine
	Size int `placeholder:"N" default:"1024" help:"Rows and columns."`
}

// Validate refuses sizes that make no sense.
func (b gemmCommand) Validate() error {
	if err := b.machine.Validate(); err != nil {
		return err
	}
	if b.Size < 1 || b.Size > 1<<14 {
		return fmt.Errorf("--size %d: expected 1 to %d", b.Size, 1<<14)
	}
	return nil
}

// gemmReport is the outcome.
type gemmReport struct {
	Bench     string     `json:"bench"`
	Size      int        `json:"size"`
	Threads   int        `json:"threads"`
	ISA       kernel.ISA `json:"isa"`
	S         float64    `json:"s"` // median
	GFLOPPerS float64    `json:"gflop_per_s"`
	PeakShare float64    `json:"peak_share"`
	PeakISA   kernel.ISA `json:"peak_isa"`
	Peak      float64    `json:"peak_gflop_per_s"`
}

// Run measures and prints.
func (b gemmCommand) Run(w *Host) error {
	w.Warn(kernel.Warning())
	team := b.team()
	defer team.Close()
	n := b.Size
	x, y, z := normal(n*n, "a"), normal(n*n, "b"), make([]float32, n*n)
	r := gemmReport{Bench: "gemm", Size: n, Threads: b.threads(), ISA: kernel.InUse()}
	r.PeakISA, r.Peak = peakOf(team)
	var err error
	if r.S, err = repeat(func() error {
		kernel.Gemm(team, false, false, n, n, n, x, n, y, n, z, n, false)
		return nil
	}); err != nil {
		return err
	}
	_, after := peakOf(team) // on a busy machine either may fall short
	r.Peak = max(r.Peak, after)
	r.GFLOPPerS = 2e-9 * float64(n) * float64(n) * float64(n) / r.S
	r.PeakShare = r.GFLOPPerS / r.Peak
	return b.show(w.Out, r, fmt.Sprintf("%d×%d times %d×%d, %s, %s: %.2f ms, %.1f GFLOP/s: %.1f %% of the %s peak of %.0f\n",
		n, n, n, n, r.ISA, wording.Count(r.Threads, "thread"), 1e3*r.S, r.GFLOPPerS, 100*r.PeakShare, r.PeakISA, r.Peak))
}

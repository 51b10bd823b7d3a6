package kernel

import (
	"testing"

	"protobench/internal/team"
)

// TestBandwidth checks bounds that hold on any machine: a cache gives more than a megabyte a
// second, and no processor moves 128 bytes a cycle and thread at 10 GHz.
func TestBandwidth(t *testing.T) {
	two := team.New(2)
	defer two.Close()
	for _, c := range []*team.Team{nil, two} {
		for _, bytes := range []int{0, 1 << 18} {
			if got, most := Bandwidth(c, bytes), 1280*float64(c.Threads()); got < 1e-3 || got > most {
				t.Errorf("%d threads, %d bytes: %g GB/s", c.Threads(), bytes, got)
			}
		}
	}
}

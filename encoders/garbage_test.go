package encoders

import (
	"runtime"
	"testing"

	"protobench/internal/team"
)

// TestPassesLeaveLittleGarbage bounds what a forward and backward pass allocates once its buffers
// are there, such that a step stays below 64 KiB. It does not depend on the batch, but on the
// number of calls.
func TestPassesLeaveLittleGarbage(t *testing.T) {
	const n = 2
	most := map[string]uint64{"mlp": 4 << 10, "convnet": 60 << 10, "resnet18": 60 << 10, "vit": 8 << 10}
	in := Input{Height: 32, Width: 32, Channels: 3}
	for _, cfg := range []Config{
		{Name: "mlp", Width: 8, Depth: 2, Dim: 16},
		{Name: "convnet", Width: 16, Depth: 4, StemStride: 1, Dim: 16, Winograd: 2},
		{Name: "resnet18", Width: 16, Depth: 4, StemStride: 1, Dim: 16, Winograd: 2},
		{Name: "vit", Width: 8, Depth: 4, Patch: 4, Heads: 3, Dim: 16},
	} {
		t.Run(cfg.Name, func(t *testing.T) {
			w, err := New(cfg, in, 1)
			if err != nil {
				t.Fatal(err)
			}
			p, err := w.NewPass(n, Training, true)
			if err != nil {
				t.Fatal(err)
			}
			team, x := team.New(2), noise(n*32*32*3, "x")
			defer team.Close()
			least := uint64(1 << 60)
			for range 10 { // whatever else the process allocates counts too
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				if _, err := p.Run(team, x); err != nil {
					t.Fatal(err)
				}
				runtime.ReadMemStats(&after)
				least = min(least, after.TotalAlloc-before.TotalAlloc)
			}
			t.Logf("%d bytes", least)
			if most := most[cfg.Name]; least > most {
				t.Errorf("a pass allocates %d bytes, more than %d", least, most)
			}
		})
	}
}

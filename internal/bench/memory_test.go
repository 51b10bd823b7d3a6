package bench

import "testing"

func TestMemoryText(t *testing.T) {
	for _, c := range []struct {
		report stepReport
		want   string
	}{
		{
			stepReport{BytesAStep: 1536, BytesFirst: 2 << 20, BytesLast: 3 << 20, PeakBytes: 7 << 19},
			"1.5 KiB allocated a step; MiB resident: 2.0 after a tenth of the steps, 3.0 at the end, 3.5 at most",
		},
		{stepReport{BytesAStep: 1024, PeakBytes: 4 << 20}, "1.0 KiB allocated a step; MiB resident: 4.0 at most"},
		{stepReport{}, "0.0 KiB allocated a step"},
	} {
		if got := c.report.memory(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// TestHeapCount allocates while it counts and while it does not.
func TestHeapCount(t *testing.T) {
	const size = 1 << 20
	var kept [3][]byte
	var h heapCount
	h.start()
	kept[0] = make([]byte, size)
	h.stop()
	kept[1] = make([]byte, 8*size)
	h.start()
	kept[2] = make([]byte, size)
	h.stop()
	if h.bytes < 2*size || h.bytes > 4*size {
		t.Errorf("%d bytes counted of %d", h.bytes, len(kept[0])+len(kept[2]))
	}
}

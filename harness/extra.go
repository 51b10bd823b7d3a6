package harness

import (
	"fmt"
	"slices"

	"protobench/metrics"
)

// refuseUnmeasured reports declared endpoints that arms do not measure at their settings.
func (p *parser) refuseUnmeasured(s *Sweep) {
	lacks := slices.ContainsFunc(s.Cells, func(c Cell) bool { return c.Reference == "" && !c.Settings.Evaluate.Extra })
	for _, key := range s.Primary {
		if m, ok := metrics.Find(key); ok && m.When == metrics.Extra && lacks {
			p.report("primary", "primary", mismatch{fmt.Sprintf("metric %q is measured on demand alone", key), "", "set evaluate.extra = true"})
		}
	}
}

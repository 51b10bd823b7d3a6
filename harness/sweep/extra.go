package sweep

import (
	"fmt"
	"slices"

	"protobench/metrics"
)

// refuseUnmeasured reports declared endpoints that arms do not measure at their settings.
func (p *parser) refuseUnmeasured(endpoints []string, cells []Cell) {
	lacks := slices.ContainsFunc(cells, func(c Cell) bool { return c.Reference == "" && !c.Settings.Bool("evaluate.extra") })
	for _, key := range endpoints {
		if m, ok := metrics.Find(key); ok && m.When == metrics.Extra && lacks {
			p.report("primary", "primary", fmt.Sprintf("metric %q is measured on demand alone", key), "", "set evaluate.extra = true")
		}
	}
}

package sweep

import (
	"fmt"
	"slices"

	"protobench/metrics"
	"protobench/metrics/metric"
)

// refuseUnmeasured reports declared endpoints that arms do not measure at their settings.
func (p *parser) refuseUnmeasured(s *Sweep, cells []Cell) {
	lacks := slices.ContainsFunc(cells, func(c Cell) bool { return c.Reference == "" && !c.Settings.Bool("evaluate.extra") })
	refuse := func(path, name, key string) {
		if m, ok := metrics.Find(key); ok && m.When == metric.Extra && lacks {
			p.report(path, name, fmt.Sprintf("metric %q is measured on demand alone", key), "", "set evaluate.extra = true")
		}
	}
	for _, key := range s.Primary {
		refuse("primary", "primary", key)
	}
	for i, c := range s.Claims {
		refuse(fmt.Sprintf("claim[%d].metric", i), "claim.metric", c.Metric)
	}
}

package reports

import (
	"maps"
	"slices"
	"strings"

	"protobench/harness/store"
	"protobench/reports/remark"
)

// remarksOn collects what was said of the given metrics: of the arms' own learners, or of
// their observers. general adds what was said of no metric in particular.
func (s *sweep) remarksOn(measures []measure, observers, general bool) *remark.Notes {
	n := &remark.Notes{}
	for _, a := range s.arms {
		for _, r := range a.runs {
			if r.State != store.Done {
				continue
			}
			n.Count()
			for _, w := range r.Result.Provenance.Warnings {
				noteWarning(n, a, r, w, measures, observers, general)
			}
			for _, key := range slices.Sorted(maps.Keys(r.Result.Undefined)) {
				if name, ok := shown(key, measures, observers); ok && !a.reference {
					n.Add(a, r.Dir, true, name, r.Result.Undefined[key])
				}
			}
		}
	}
	return n
}

// noteWarning files a warning about one of the metrics shown, or about the cell.
func noteWarning(n *remark.Notes, a *arm, r run, w store.Warning, measures []measure, observers, general bool) {
	if w.Metric == "" {
		if general {
			n.Add(a, r.Dir, false, "", w.Text)
		}
		return
	}
	if name, ok := shown(w.Metric, measures, observers); ok {
		n.Add(a, r.Dir, false, name, w.Text)
	}
}

// shown tells whether a table shows a metric, by its key without an observer's name.
func shown(key string, measures []measure, observers bool) (string, bool) {
	if rest, ok := strings.CutPrefix(key, "observer."); ok {
		_, key, _ = strings.Cut(rest, ".")
		if !observers {
			return key, false
		}
	}
	return key, slices.ContainsFunc(measures, func(m measure) bool { return m.Key == key })
}

package reports

import "protobench/harness/store"

// Family returns how many comparisons a plan declares, the number that Holm's correction counts:
// every arm that has another arm as its baseline, in every primary metric. 0 without a baseline or
// a primary metric. The plan need not have been run.
func Family(p store.Plan) int {
	s, nowhere := &sweep{plan: p}, &store.Dir{}
	for _, c := range p.Cells {
		s.add(store.CellState{Dir: nowhere.Cell(c)})
	}
	n := 0
	for _, a := range s.trained() {
		if base := s.baselineOf(a); base != nil && base != a {
			n += len(p.Primary)
		}
	}
	return n
}

package reports

import "protobench/harness/store"

// Pairs says which arms of a plan are tested. The plan need not have been run.
type Pairs struct {
	Comparisons int      // what Holm's correction counts: every arm with its baseline, in every primary metric
	Alone       []string // arms that no other one is the baseline of, though the sweep names a baseline
}

// PairsOf pairs the arms of a plan as its report will.
func PairsOf(p store.Plan) Pairs {
	s, nowhere := &sweep{plan: p}, &store.Dir{}
	for _, c := range p.Cells {
		s.add(store.CellState{Dir: nowhere.Cell(c)})
	}
	s.finish()
	out := Pairs{Alone: s.alone()}
	for _, a := range s.trained() {
		if s.partnerOf(a) != nil {
			out.Comparisons += len(p.Primary)
		}
	}
	return out
}

// partnerOf is the arm that a is tested against: its baseline, unless that is a itself or has a's
// numbers under another name. nil when there is none.
func (s *sweep) partnerOf(a *arm) *arm {
	base := s.baselineOf(a)
	if base == nil || base == a || base.twin(a) {
		return nil
	}
	return base
}

// alone are the arms without a baseline, where the sweep names one.
func (s *sweep) alone() []string {
	var out []string
	for _, a := range s.trained() {
		if s.plan.Baseline != "" && s.baselineOf(a) == nil {
			out = append(out, a.label)
		}
	}
	return out
}

// twin reports whether two arms have the same numbers: their cells have one hash.
func (a *arm) twin(b *arm) bool { return a != b && a.cell.Hash != "" && a.cell.Hash == b.cell.Hash }

package reports

import (
	"sort"

	"protobench/harness/store"
	reportfigure "protobench/reports/figure"
	"protobench/reports/pivot"
)

// sweep is a run directory as the report sees it.
type sweep struct {
	dir       *store.Dir
	plan      store.Plan
	arms      []*arm          // in the plan's order
	at        map[string]*arm // by what its cells have in common
	unplanned []string
	random    []randomBaseline
}

// arm is one row: a method at one point of the matrix, with a run per seed.
type arm struct {
	label     string
	cell      store.Cell           // the first run's
	reference bool                 // pixels, untrained or supervised: accuracies alone
	planned   store.PlanCell       // the first run's; the others differ in the seed alone
	first     *reportfigure.Stored // of the first seed that has some; nil when none has
	runs      []run                // by seed
}

type run struct {
	store.CellState
	k int // prototypes, 0 when unknown
}

// load reads the plan that holds, every result, and the first prototypes of every arm.
func load(path string) (*sweep, error) {
	s, err := loadPlain(path)
	if err != nil {
		return nil, err
	}
	for _, a := range s.trained() {
		if a.first, err = a.firstPrototypes(); err != nil {
			return nil, err
		}
	}
	s.random = s.randomBaselines()
	return s, nil
}

// loadPlain reads the plan and the results alone.
func loadPlain(path string) (*sweep, error) {
	dir, err := store.Open(path)
	if err != nil {
		return nil, err
	}
	read, err := dir.Read()
	if err != nil {
		return nil, err
	}
	s := &sweep{dir: dir, plan: read.Plan, unplanned: read.Unplanned}
	for _, c := range read.Cells {
		s.add(c)
	}
	s.finish()
	return s, nil
}

func (s *sweep) add(c store.CellState) {
	planned := c.Dir.Plan()
	name := planned.Cell.Arm()
	a := s.at[name]
	if a == nil {
		a = &arm{cell: planned.Cell, reference: pivot.IsReference(planned.Cell), planned: planned}
		if s.at == nil {
			s.at = map[string]*arm{}
		}
		s.at[name], s.arms = a, append(s.arms, a)
	}
	a.runs = append(a.runs, run{c, planned.Prototypes})
}

func (s *sweep) finish() {
	for _, a := range s.arms {
		sort.SliceStable(a.runs, func(i, j int) bool { return a.runs[i].cell().Seed < a.runs[j].cell().Seed })
	}
	s.labelArms()
}

func (r run) cell() store.Cell { return r.Dir.Plan().Cell }

// counted returns the runs with final metrics.
func (a *arm) counted() []run {
	var out []run
	for _, r := range a.runs {
		if r.Counted() {
			out = append(out, r)
		}
	}
	return out
}

// countedAt is the run at a seed; false where none has final metrics.
func (a *arm) countedAt(seed uint64) (run, bool) {
	for _, r := range a.runs {
		if r.cell().Seed == seed && r.Counted() {
			return r, true
		}
	}
	return run{}, false
}

// trained returns the arms without the reference rows, in the plan's order. An arm whose objective
// learns without prototypes is one of them: its metrics of prototypes are undefined.
func (s *sweep) trained() []*arm {
	var out []*arm
	for _, a := range s.arms {
		if !a.reference {
			out = append(out, a)
		}
	}
	return out
}

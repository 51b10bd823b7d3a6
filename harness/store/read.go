package store

// Reading is a run directory as reports see it, read once.
type Reading struct {
	Plan      Plan        // that holds
	Cells     []CellState // of the plan, in its order, as [Dir.Cells] has them
	Unplanned []string    // cell folders that the plan does not name, sorted
}

// Read reads the plan that holds, its cells, and what else lies beside them.
func (d *Dir) Read() (r Reading, err error) {
	if r.Plan, err = d.Plan(); err != nil {
		return r, err
	}
	if r.Unplanned, err = d.unplanned(r.Plan); err != nil {
		return r, err
	}
	r.Cells = d.States(r.Plan, reported()...)
	return r, nil
}

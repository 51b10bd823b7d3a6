package store

import "errors"

// ArmStatus counts the cells of one arm (method and axes).
type ArmStatus struct {
	Arm     string  `json:"arm"`
	Done    int     `json:"done"`
	Failed  int     `json:"failed"`
	Partial int     `json:"partial"`
	Missing int     `json:"missing"`
	Epoch   float64 `json:"epoch"` // the furthest measured of the unfinished cells, of all cells when none is unfinished
}

// Status is what `protobench status` shows.
type Status struct {
	Name      string      `json:"name"`
	Arms      []ArmStatus `json:"arms"` // in the plan's order
	Unplanned []string    `json:"unplanned"`
	Running   string      `json:"running"` // who is at work, "" when nobody is

	Unreadable []string `json:"unreadable,omitempty"` // why results cannot be read, naming them; their cells count as failed
}

// Status reads how far a sweep is.
func (d *Dir) Status() (Status, error) {
	p, err := d.Plan()
	if err != nil {
		return Status{}, err
	}
	s := Status{Name: p.Name, Running: d.holder()}
	if s.Unplanned, err = d.unplanned(p); err != nil {
		return s, err
	}
	cells := d.States(p) // results alone: a look has to be quick
	for _, c := range cells {
		if c.Unreadable != nil {
			s.Unreadable = append(s.Unreadable, c.Unreadable.Error())
		}
	}
	s.Arms, err = countArms(cells)
	return s, err
}

func countArms(cells []CellState) ([]ArmStatus, error) {
	var arms []ArmStatus
	at := map[string]int{}
	for _, c := range cells {
		name := c.Dir.plan.Cell.Arm()
		i, ok := at[name]
		if !ok {
			i = len(arms)
			at[name] = i
			arms = append(arms, ArmStatus{Arm: name})
		}
		if err := arms[i].add(c); err != nil {
			return nil, err
		}
	}
	return arms, nil
}

func (a *ArmStatus) add(c CellState) error {
	unfinished := a.Partial > 0
	switch c.State {
	case Done:
		a.Done++
	case Broken:
		a.Failed++
	case Partial:
		a.Partial++
	default:
		a.Missing++
		return nil
	}
	epoch, err := lastEpoch(c)
	if err != nil {
		return err
	}
	if c.State == Partial && !unfinished {
		a.Epoch = 0 // from here on unfinished cells alone count
	}
	if c.State == Partial || !unfinished {
		a.Epoch = max(a.Epoch, epoch)
	}
	return nil
}

// lastEpoch is the last one measured or saved.
func lastEpoch(c CellState) (float64, error) {
	if c.State != Partial {
		return float64(c.Result.Outcome.Epoch), nil
	}
	lines, err := c.Dir.Epochs()
	var bad *Damaged
	if err != nil && !errors.As(err, &bad) {
		return 0, err
	}
	epoch := c.Dir.savedEpoch()
	if len(lines) > 0 {
		epoch = max(epoch, lines[len(lines)-1].Epoch)
	}
	return epoch, nil
}

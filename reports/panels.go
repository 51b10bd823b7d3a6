package reports

import (
	"gonum.org/v1/plot"
)

// objectivePanels makes one panel per objective, so that arms that are to be compared
// share a panel and no panel holds more lines than can be told apart.
func (s *sweep) objectivePanels(panel func(objective string) *plot.Plot) []*plot.Plot {
	var out []*plot.Plot
	for i, o := range s.objectives {
		p := panel(o)
		if i%s.panelColumns() != 0 {
			p.Y.Label.Text = ""
		}
		out = append(out, p)
	}
	return out
}

func (s *sweep) panelColumns() int { return max(1, min(3, len(s.objectives))) }

func (s *sweep) panelRows() int {
	return (len(s.objectives) + s.panelColumns() - 1) / s.panelColumns()
}

// withData returns the trained arms for which has holds.
func (s *sweep) withData(has func(*arm) bool) []*arm {
	var out []*arm
	for _, a := range s.trained() {
		if has(a) {
			out = append(out, a)
		}
	}
	return out
}

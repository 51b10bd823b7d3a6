package figure

import (
	"fmt"

	"gonum.org/v1/plot"
)

// most is the number of panels beyond which a page is too long to be looked at.
const most = 60

// few keeps as many arms as have a panel each, and says in a sentence for the caption when there are
// more.
func few(arms []*Arm) ([]*Arm, string) {
	if len(arms) <= most {
		return arms, ""
	}
	return arms[:most], fmt.Sprintf(" The first %d of %d arms are shown.", most, len(arms))
}

// multiples makes a panel of each arm, axes named at the left and at the bottom alone, at most so
// many beside each other.
func multiples(arms []*Arm, widest int, draw func(a *Arm) *plot.Plot) (panels []panel, columns int) {
	columns = max(1, min(widest, len(arms)))
	for i, a := range arms {
		panels = append(panels, func() *plot.Plot {
			p := draw(a)
			if i%columns != 0 {
				p.Y.Label.Text = ""
			}
			if i+columns < len(arms) {
				p.X.Label.Text = ""
			}
			return p
		})
	}
	return panels, columns
}

package part

import (
	"fmt"
	"strconv"
	"strings"
)

// Phase is one stretch of a schedule of learners.
type Phase struct {
	Learner string
	Until   float64 // epoch at which the next phase takes over; 0 for the last one, which has no end
}

// Schedule writes phases as a composition's learner: "gmm until 5, joint". A single phase is the
// name of its learner.
func Schedule(phases []Phase) string {
	parts := make([]string, len(phases))
	for i, p := range phases {
		parts[i] = p.Learner
		if i < len(phases)-1 {
			parts[i] += " until " + strconv.FormatFloat(p.Until, 'g', -1, 64)
		}
	}
	return strings.Join(parts, ", ")
}

// Phases reads what [Schedule] writes.
func Phases(learner string) ([]Phase, error) {
	parts := strings.Split(learner, ", ")
	phases := make([]Phase, len(parts))
	for i, part := range parts {
		name, until, ends := strings.Cut(part, " until ")
		phases[i].Learner = name
		if ends != (i < len(parts)-1) {
			return nil, fmt.Errorf("learner: %q: every phase but the last needs an epoch to end at (until), and the last has none", learner)
		}
		if !ends {
			continue
		}
		epoch, err := strconv.ParseFloat(until, 64)
		if err != nil || !(epoch > 0) || i > 0 && epoch <= phases[i-1].Until {
			return nil, fmt.Errorf("learner: %q ends at %q; expected epochs above 0 in rising order", name, until)
		}
		phases[i].Until = epoch
	}
	return phases, nil
}

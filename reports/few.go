package reports

import (
	"fmt"

	"protobench/stats"
)

// fewBelow is the share, in percent, below which an arm uses few of its prototypes or decides few
// images: a mean of what is unique among the others says nothing of it.
const fewBelow = 25

// fewUsed remarks on an arm with few decided images, and with few prototypes that have an image or
// are live, of all K or of as many as there are images.
func (a *arm) fewUsed() []string {
	var out []string
	if a.mean("decided") < fewBelow {
		out = append(out, fmt.Sprintf("On average fewer than %d %% of the training images are decided: for the others the first prediction is ahead of the second by noise, "+
			"and so is what is counted by the first.", fewBelow))
	}
	have := ""
	switch most := a.reachable(); {
	case a.mean("used") < most*fewBelow:
		have = "have a training image"
	case 100-a.mean("dead") < most*fewBelow:
		have = "are live"
	default:
		return out
	}
	return append(out, fmt.Sprintf("On average fewer than %d %% of the prototypes (of the images, where these are fewer) %s, whatever the outcome says: how unique the rest are says little.", fewBelow, have))
}

// mean is a metric's mean over the arm's runs as tables have it; NaN where it has none.
func (a *arm) mean(key string) float64 { return stats.Estimated(measureOf(key).over(a)).Mean }

// reachable is the share of the prototypes that the training images are enough for.
func (a *arm) reachable() float64 {
	if n := a.size(); n.images > 0 && n.images < n.k {
		return float64(n.images) / float64(n.k)
	}
	return 1
}

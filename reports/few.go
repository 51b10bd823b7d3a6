package reports

import (
	"fmt"
	"math"

	"protobench/stats"
)

// fewBelow is the share of the prototypes, or of the images where these are fewer, below which an
// arm uses few: a mean of what is unique among the others says nothing of it.
const fewBelow = 0.25

// fewUsed remarks on an arm with few prototypes that have an image, or few live ones.
func (a *arm) fewUsed() []string {
	for _, m := range []struct {
		key, have string
		count     func(v, k float64) float64
	}{
		{"used", "have a training image", func(v, _ float64) float64 { return v }},
		{"dead", "are live", func(v, k float64) float64 { return (1 - v) * k }},
	} {
		if share := a.shareInUse(m.key, m.count); share < fewBelow {
			return []string{fmt.Sprintf("On average fewer than %.0f %% of the prototypes (of the images, where these are fewer) %s, whatever the outcome says: "+
				"how unique the rest are says little.", 100*fewBelow, m.have)}
		}
	}
	if share := stats.Estimated(measureOf("decided").over(a)).Mean / 100; share < fewBelow {
		return []string{fmt.Sprintf("On average fewer than %.0f %% of the images are decided: for the others the first prediction is ahead of the second by noise, "+
			"and so is what is counted by the first.", 100*fewBelow)}
	}
	return nil
}

// shareInUse is the mean over the counted runs of a count of prototypes, as a share of those that
// the images are enough for; NaN where it was not measured.
func (a *arm) shareInUse(key string, count func(v, k float64) float64) float64 {
	var shares []float64
	for _, r := range a.counted() {
		k := float64(r.k)
		most := k
		if n := float64(a.size().images); n > 0 {
			most = math.Min(k, n)
		}
		if most > 0 {
			shares = append(shares, count(lookup(r.Result.Metrics, key), k)/most)
		}
	}
	return stats.Estimated(shares).Mean
}

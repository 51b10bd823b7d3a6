package cell

import (
	"fmt"
	"math"

	"protobench/metrics/metric"
	"protobench/metrics/usage"
)

// oneLiveText is why an arm with one live prototype, or none, counts as collapsed.
const oneLiveText = "one live prototype"

// refuseOneForAll notes that one prototype has all images.
func (o *outcome) refuseOneForAll(in *metric.Input) {
	if u, _ := usage.HardIn(in); u.Live <= 1 {
		o.collapsed = oneLiveText
	}
}

// refuseUniform notes that every image is predicted, or is to be predicted, to be of all prototypes
// alike: nothing is left to learn. The argmax over such near-equal scores spreads the images, so
// that usage and live-unique look healthy.
func (o *outcome) refuseUniform(in *metric.Input, loss float64) {
	for _, c := range []struct {
		what string
		of   func(*metric.Input) (usage.Certainty, bool)
	}{{"targets", usage.TargetCertainty}, {"predictions", usage.PredictionCertainty}} {
		if u, ok := c.of(in); ok && u.Entropy >= usage.Uniform {
			most := math.Log(float64(in.Scores.Cols))
			o.collapsed = fmt.Sprintf("%s are uniform: mean entropy %.4g, ln K %.4g, loss %.4g", c.what, u.Entropy*most, most, loss)
		}
	}
}

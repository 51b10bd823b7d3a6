package cell

import (
	"fmt"
	"math"

	"protobench/metrics"
)

// oneLiveText is why an arm with one live prototype, or none, counts as collapsed.
const oneLiveText = "one live prototype"

// refuseOneForAll notes that one prototype has all images.
func (o *outcome) refuseOneForAll(in *metrics.Input) {
	if u, _ := in.Usage(); u.Live <= 1 {
		o.collapsed = oneLiveText
	}
}

// refuseUniform notes that every image is predicted, or is to be predicted, to be of all prototypes
// alike: nothing is left to learn. The argmax over such near-equal scores spreads the images, so
// that usage and live-unique look healthy.
func (o *outcome) refuseUniform(in *metrics.Input, loss float64) {
	for _, c := range []struct {
		what string
		of   func() (metrics.Certainty, bool)
	}{{"targets", in.TargetCertainty}, {"predictions", in.Certainty}} {
		if u, ok := c.of(); ok && u.Entropy >= metrics.Uniform {
			most := math.Log(float64(in.Scores.Cols))
			o.collapsed = fmt.Sprintf("%s are uniform: mean entropy %.4g, ln K %.4g, loss %.4g", c.what, u.Entropy*most, most, loss)
		}
	}
}

package reports

import (
	"fmt"
	"strings"

	"protobench/metrics"
	"protobench/metrics/metric"
	"protobench/metrics/uniqueness"
	"protobench/metrics/usage"
	"protobench/reports/quantity"
)

// definitions say what the columns mean, in this sweep's numbers. Metrics that the main table does
// not have are explained where some run has a value, as tables show them there alone.
func (s *sweep) definitions() string {
	var b strings.Builder
	for _, m := range metrics.Specs() {
		if m.Column == "" || !m.In(metric.MainTable) && len(s.defined([]measure{{quantity.Quantity{Spec: m}}})) == 0 {
			continue
		}
		b.WriteString("- " + strings.Replace(m.Column, uniqueness.LiveMark, s.liveText(), 1) + "\n")
	}
	return b.String() + otherColumns
}

// liveText gives the threshold of live prototypes in images, per size of data and prototypes.
func (s *sweep) liveText() string {
	text := ""
	seen := map[[2]int]bool{}
	for _, a := range s.trained() {
		n, k := a.size().images, a.size().k
		if n == 0 || k == 0 || seen[[2]int{n, k}] {
			continue
		}
		seen[[2]int{n, k}] = true
		need := leastLive(n, k)
		text += fmt.Sprintf(" With n = %d and K = %d that is %d", n, k, need)
		if need == 1 {
			text += " image: live means used."
		} else {
			text += " images."
		}
	}
	return text
}

// leastLive is the smallest number of images that makes one of k prototypes live.
func leastLive(n, k int) int {
	counts := make([]int, k)
	for counts[0] = 1; !usage.Live(counts, n)[0]; counts[0]++ {
	}
	return counts[0]
}

const otherColumns = `- **ms / step**: median wall time of the arm's own training step, without its observers, mean over seeds. It depends on the machine and on what else ran.
- **outcome**: how many of the ended runs collapsed totally, diverged or failed. Collapsed runs are in the means of accuracies and features, and in no mean of a metric of prototypes but those of predictions and targets: counts by the argmax over the scores of a collapsed run mislead. Diverged and failed runs have no final metrics.
- **frozen** arms hold random unit vectors and are unique by construction; **pixels**, **untrained** and **supervised** are the accuracies of raw pixels, of the encoder before training and of the encoder trained on labels.
`

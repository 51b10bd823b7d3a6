package page

import (
	"fmt"
	"html/template"
	"math"
	"strings"
)

// Interval is a measured difference with its 95 % interval beside what was expected of it: values
// from From to To, either of which may be infinite. NaN where there is none.
type Interval struct{ Mean, Low, High, From, To float64 }

// drawing draws the interval over the range that was expected: nothing where there is no mean.
func (v Interval) drawing() template.HTML {
	if math.IsNaN(v.Mean) {
		return ""
	}
	const width, margin = 240.0, 10.0
	low, high := min(v.Mean, 0), max(v.Mean, 0)
	for _, x := range []float64{v.Low, v.High, v.From, v.To} {
		if !math.IsNaN(x) && !math.IsInf(x, 0) {
			low, high = min(low, x), max(high, x)
		}
	}
	if high == low {
		low, high = low-1, high+1
	}
	room := float64(0.12 * (high - low))
	low, high = low-room, high+room
	at := func(x float64) float64 {
		return margin + float64((width-2*margin)*(min(max(x, low), high)-low)/(high-low))
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="interval" viewBox="0 0 %g 34" aria-hidden="true">`, width)
	if !math.IsNaN(v.From) && !math.IsNaN(v.To) {
		fmt.Fprintf(&b, `<rect class="expected" x="%.1f" y="4" width="%.1f" height="20" rx="3"/>`, at(v.From), at(v.To)-at(v.From))
	}
	fmt.Fprintf(&b, `<path class="zero" d="M%.1f 2V26"/><text x="%.1f" y="33">0</text>`, at(0), at(0))
	if !math.IsNaN(v.Low) && !math.IsNaN(v.High) {
		fmt.Fprintf(&b, `<path class="range" d="M%.1f 14H%.1fM%.1f 9V19M%.1f 9V19"/>`, at(v.Low), at(v.High), at(v.Low), at(v.High))
	}
	fmt.Fprintf(&b, `<circle class="mean" cx="%.1f" cy="14" r="4.5"/></svg>`, at(v.Mean))
	return template.HTML(b.String()) // made of numbers alone
}

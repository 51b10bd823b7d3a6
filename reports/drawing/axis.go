package drawing

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
)

// Ticks marks the given values with the given texts, of which there are as many.
func Ticks(values []float64, labels []string) plot.ConstantTicks {
	var out plot.ConstantTicks
	for i, v := range values {
		out = append(out, plot.Tick{Value: v, Label: labels[i]})
	}
	return out
}

// PercentAxis fixes an axis to 0…100 % with room for marks at both ends.
func PercentAxis(a *plot.Axis) {
	a.Min, a.Max = -2, 102
	a.Tick.Marker = Ticks([]float64{0, 20, 40, 60, 80, 100}, []string{"0", "20", "40", "60", "80", "100"})
}

// WholeTicks marks whole numbers from low to high at a readable distance.
func WholeTicks(low, high float64) plot.ConstantTicks {
	step := 1.0
	for _, s := range []float64{2, 5, 10, 20} {
		if (high-low)/step > 8 {
			step = s
		}
	}
	var out plot.ConstantTicks
	for v := math.Ceil(low/step) * step; v <= high; v += step {
		out = append(out, plot.Tick{Value: v, Label: strings.Replace(fmt.Sprintf("%.0f", v+0), "-", "−", 1)})
	}
	return out
}

// AmountAxis makes an axis of amounts from 0 to top with ticks at round ones.
func AmountAxis(a *plot.Axis, top float64) {
	a.Min, a.Max = 0, top
	step := roundStep(top / 4)
	var out plot.ConstantTicks
	for i := 0; step > 0 && float64(i)*step <= top; i++ {
		out = append(out, plot.Tick{Value: float64(i) * step, Label: amountText(float64(i) * step)})
	}
	a.Tick.Marker = out
}

// amountText writes an amount shortly, thousands as k.
func amountText(v float64) string {
	if v >= 1000 && math.Mod(v, 100) == 0 {
		return strconv.FormatFloat(v/1000, 'g', 4, 64) + "k"
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}

// roundStep is the least of 1, 2 and 5 times a power of ten that is not below a width; 0 for none.
func roundStep(width float64) float64 {
	if !(width > 0) || math.IsInf(width, 0) {
		return 0
	}
	ten := math.Pow(10, math.Floor(math.Log10(width)))
	for _, n := range []float64{1, 2, 5} {
		if n*ten >= width {
			return n * ten
		}
	}
	return 10 * ten
}

// StepAxis makes an axis of training steps from 0 to last, on the scale of which log10(1 + step) is
// the place.
func StepAxis(a *plot.Axis, last float64) {
	a.Min, a.Max = 0, max(1, LogStep(last))
	a.Tick.Marker = stepTicks(last)
}

// LogStep is the place of a step on a StepAxis: step 0 has one, and late steps grow like a logarithm.
func LogStep(step float64) float64 { return math.Log10(1 + step) }

func stepTicks(last float64) plot.ConstantTicks {
	out := plot.ConstantTicks{{Value: 0, Label: "0"}}
	for decade := 1; decade <= 1_000_000_000 && float64(decade) <= max(10, last); decade *= 10 {
		out = append(out, plot.Tick{Value: LogStep(float64(decade)), Label: decadeText(decade)})
		for i := 2; i < 10; i++ {
			out = append(out, plot.Tick{Value: LogStep(float64(i * decade))})
		}
	}
	return out
}

// CountAxis makes a logarithmic axis of counts from 0 to top, on which LogCount is the place.
func CountAxis(a *plot.Axis, top float64) {
	a.Min, a.Max = LogCount(0)-0.1, LogCount(top)+0.15
	a.Tick.Marker = countTicks(top)
}

// LogCount places counts on a logarithmic axis, and 0 below 1.
func LogCount(n float64) float64 { return float64(math.Log10(max(n, 0.5))) }

func countTicks(top float64) plot.ConstantTicks {
	out := plot.ConstantTicks{{Value: LogCount(0), Label: "0"}}
	for decade := 1; decade <= 1_000_000_000 && float64(decade) <= top*1.2; decade *= 10 {
		out = append(out, plot.Tick{Value: LogCount(float64(decade)), Label: decadeText(decade)})
	}
	return out
}

// decadeText writes a power of ten shortly: 1k where CountText has 1000.
func decadeText(n int) string {
	if n >= 1000 && n < 1_000_000 {
		return CountText(n/1000) + "k"
	}
	return CountText(n)
}

// CountText writes a whole number with k and M for thousands and millions where nothing is lost:
// 256, 16k, 65536.
func CountText(n int) string {
	switch {
	case n >= 1_000_000 && n%1_000_000 == 0:
		return strconv.Itoa(n/1_000_000) + "M"
	case n >= 10_000 && n%1000 == 0:
		return strconv.Itoa(n/1000) + "k"
	}
	return strconv.Itoa(n)
}

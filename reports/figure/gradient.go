package figure

import (
	"image/color"

	"gonum.org/v1/plot"

	"protobench/reports/drawing"
)

// layer is a named part of a whole over training, with its colour.
type layer struct {
	key, text string
	color     color.NRGBA
}

// gradientLayers are the parts of the prototypes' gradient, in order of what they do to prototypes.
func gradientLayers() []layer {
	return []layer{
		{"gradient.rest", "the rest, which moves prototypes apart or together", drawing.Palette()[1]},
		{"gradient.common", "common to all: shifts them together", drawing.Palette()[5]},
		{"gradient.radial", "radial: along a prototype, turns none", color.NRGBA{0xd9, 0xd9, 0xd9, 255}},
	}
}

// gradientFigure shows what part of the prototypes' gradient can move them apart or together.
func (s *Sweep) gradientFigure() (Figure, error) {
	f := Figure{Name: "gradient_split", Optional: true, Missing: "no run has probes of a gradient by prototypes"}
	f.Title = "What the prototypes' gradient does over training"
	f.Caption = "Shares of the squared norm of the loss's gradient by the prototypes, over training (mean over seeds; log of 1 + step): along each prototype (grey: it changes lengths and turns none), common to all (orange: shifts them together, which no softmax sees), and the rest (blue: moves them apart or together). " +
		"Collapse has run its course where blue is gone; an orange share that grows says that prototypes drift in one direction. Arms without a gradient of the loss (mixture, k-means, frozen) have no panel."
	return s.stacked(f, gradientLayers(), stack{unit: "share of the gradient,\u00a0%", scale: 100, top: 100})
}

// lossLayers are the parts of the cross-entropy.
func lossLayers() []layer {
	return []layer{
		{"code_entropy", "entropy of the codes", drawing.Palette()[6]},
		{"divergence", "divergence of predictions from codes (KL)", drawing.Palette()[0]},
	}
}

// lossFigure tells whether a loss falls because predictions improve or because codes sharpen.
func (s *Sweep) lossFigure() (Figure, error) {
	f := Figure{Name: "loss_split", Optional: true, Missing: "no run has probes of a cross-entropy"}
	f.Title = "What the loss is made of over training"
	f.Caption = "Cross-entropy of codes and predictions over training, in nats (mean over seeds; log of 1 + step), as the sum of the codes' entropy (blue) and the divergence of predictions from codes (orange). " +
		"A loss that falls by the orange part has better predictions; one that falls by the blue part has sharper codes, whatever the predictions. Merged prototypes share the probability of one, so that collapse shows as blue that stays high beside its entropy within few groups; a total collapse as one flat band at ln K."
	return s.stacked(f, lossLayers(), stack{unit: "nats", scale: 1})
}

// stack says how parts of a whole are drawn on each other.
type stack struct {
	unit       string
	scale, top float64 // top is 0 for that of the data
}

// stacked draws layers on each other over training, a panel for each arm that has them.
func (s *Sweep) stacked(f Figure, layers []layer, st stack) (Figure, error) {
	parts := make([]curves, len(layers))
	for i, l := range layers {
		var err error
		if parts[i], err = s.probed(l.key); err != nil {
			return f, err
		}
	}
	f.Short = s.unmeasured(parts[0])
	arms, note := few(s.withData(func(a *Arm) bool { return len(parts[0].of(a, "").Steps) > 1 }))
	if len(arms) == 0 {
		return f, nil
	}
	f.Caption += note
	if st.top == 0 {
		for _, a := range arms {
			for _, v := range sums(a, parts) {
				st.top = max(st.top, 1.04*v)
			}
		}
	}
	panels, columns := multiples(arms, 4, func(a *Arm) *plot.Plot { return stackedPanel(a, layers, parts, st) })
	var legend []drawing.Entry
	for _, l := range layers {
		legend = append(legend, drawing.Entry{Text: l.text, Swatch: drawing.Swatch{Patch: l.color}})
	}
	f.drawn(panels, columns, 0.72, legend)
	return f, nil
}

// sums are the wholes of an arm's measurements.
func sums(a *Arm, parts []curves) []float64 {
	out := make([]float64, len(parts[0].of(a, "").Mean))
	for _, p := range parts {
		for i, v := range p.of(a, "").Mean[:min(len(out), len(p.of(a, "").Mean))] {
			out[i] += v
		}
	}
	return out
}

func stackedPanel(a *Arm, layers []layer, parts []curves, st stack) *plot.Plot {
	p := drawing.NewPanel(drawing.Shorten(a.Label, 30), "training step", st.unit, drawing.TextSize-0.5)
	drawing.StepAxis(&p.X, parts[0].last)
	drawing.AmountAxis(&p.Y, st.top)
	below := make([]float64, len(parts[0].of(a, "").Mean))
	for i, l := range layers {
		c := parts[i].of(a, "").Curve
		if len(c.Mean) != len(below) {
			continue // a probe that some runs lack
		}
		top := make([]float64, len(below))
		for j, v := range c.Mean {
			top[j] = below[j] + float64(st.scale*v)
		}
		drawing.Curve{Steps: c.Steps, Low: below, Top: top}.AddArea(p, l.color)
		below = top
	}
	return p
}

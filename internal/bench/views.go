package bench

import (
	"fmt"

	"protobench/datasets"
	"protobench/datasets/augment"
	"protobench/methods/part"
)

// stepViews makes new views for each timed step, as cells do; nil leaves the views as they are.
type stepViews struct {
	augmenter *augment.Augmenter
	images    *datasets.Images
	order     []int
}

// newStepViews makes views by a preset of augmentations; none without one.
func newStepViews(preset string, cfg part.Config) (*stepViews, error) {
	if preset == "" {
		return nil, nil
	}
	in := augment.Input(cfg.Input)
	a, err := augment.New(augment.Named(preset), in, [3]float32{0.5, 0.5, 0.5}, [3]float32{0.25, 0.25, 0.25}, true)
	if err != nil {
		return nil, err
	}
	a.Team = cfg.Team
	return &stepViews{a, noiseImages(cfg.Train.Batch, in), upTo(cfg.Train.Batch)}, nil
}

// make writes a step's views.
func (v *stepViews) make(dst []float32, step int) {
	if v != nil {
		v.augmenter.Views(dst, v.images, v.order, 0, step)
	}
}

// upTo lists the numbers below n.
func upTo(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// stepOfViews is what the making of views takes of a step.
type stepOfViews struct {
	Augment    string  `json:"augment"`
	ViewsS     float64 `json:"views_s"`     // median
	ViewsRatio float64 `json:"views_ratio"` // step over the step less its views
}

// newStepOfViews concludes from the medians of the views and of whole steps, in seconds.
func newStepOfViews(preset string, views, step float64) *stepOfViews {
	return &stepOfViews{preset, views, step / (step - views)}
}

func (o *stepOfViews) text() string {
	return fmt.Sprintf("views   %.2f ms of the step, augment.preset %s: it takes %.3f times what it takes with views made before\n", 1e3*o.ViewsS, o.Augment, o.ViewsRatio)
}

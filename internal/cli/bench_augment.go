package cli

import (
	"context"
	"fmt"
	"sync"
	"time"

	"protobench/datasets"
	"protobench/datasets/augment"
	"protobench/internal/setting"
	"protobench/internal/stream"
)

// benchAugment times the views of random images under the default settings.
type benchAugment struct {
	machine
	Batch int `placeholder:"N" default:"128" help:"Images per call; each gives two views."`
	Steps int `placeholder:"N" default:"50" help:"Timed calls of each thread, after three that warm up."`
}

// Validate refuses sizes that make no sense.
func (b benchAugment) Validate() error {
	if err := b.machine.Validate(); err != nil {
		return err
	}
	if b.Batch < 1 || b.Steps < 1 {
		return fmt.Errorf("--batch %d --steps %d: expected at least 1", b.Batch, b.Steps)
	}
	return nil
}

// augmentReport is the outcome. Cells augment for themselves, so each thread has an augmenter of
// its own.
type augmentReport struct {
	Bench      string  `json:"bench"`
	Batch      int     `json:"batch"`
	Steps      int     `json:"steps"`
	Threads    int     `json:"threads"`
	StepS      float64 `json:"step_s"`       // median time of a call on one thread while all work
	ImagesPerS float64 `json:"images_per_s"` // source images, all threads together
	PerThread  float64 `json:"images_per_s_per_thread"`
}

// Run measures and prints.
func (b benchAugment) Run(ctx context.Context, w *console) error {
	b.team().Close() // for the scheduler's processors
	makers := make([]*augment.Augmenter, b.Threads)
	for i := range makers {
		var err error
		in := augment.Input{Height: benchImage.Height, Width: benchImage.Width, Channels: benchImage.Channels}
		if makers[i], err = augment.New(setting.Defaults[augment.Config]("augment"), in, [3]float32{0.5, 0.5, 0.5}, [3]float32{0.25, 0.25, 0.25}, true); err != nil {
			return err
		}
	}
	samples := make([][]float64, b.Threads)
	var wait sync.WaitGroup
	for i, a := range makers {
		wait.Go(func() { samples[i] = b.calls(ctx, a) })
	}
	wait.Wait()
	if ctx.Err() != nil {
		return exitError{exitInterrupted, "interrupted"}
	}
	var all []float64
	for _, s := range samples {
		all = append(all, s...)
	}
	r := augmentReport{Bench: "augment", Batch: b.Batch, Steps: b.Steps, Threads: b.Threads, StepS: median(all)}
	r.PerThread = float64(b.Batch) / r.StepS
	r.ImagesPerS = r.PerThread * float64(b.Threads)
	return b.show(w.out, r, fmt.Sprintf("%d images × 2 views in %.2f ms (median of %d calls) on each of %s: %.0f images/s a thread, %.0f in all\n",
		b.Batch, 1e3*r.StepS, len(all), count(b.Threads, "thread"), r.PerThread, r.ImagesPerS))
}

// calls times one thread's calls.
func (b benchAugment) calls(ctx context.Context, a *augment.Augmenter) (samples []float64) {
	set := noiseImages(b.Batch)
	order := make([]int, b.Batch)
	for i := range order {
		order[i] = i
	}
	dst := make([]float32, 2*len(set.Pixels))
	for i := range warmUp + b.Steps {
		if ctx.Err() != nil {
			return nil
		}
		began := time.Now()
		a.Views(dst, set, order, 0, i)
		if i >= warmUp {
			samples = append(samples, time.Since(began).Seconds())
		}
	}
	return samples
}

// noiseImages are n images of random levels.
func noiseImages(n int) *datasets.Images {
	in, r := benchImage, stream.New(0, "images")
	im := &datasets.Images{Height: in.Height, Width: in.Width, Channels: in.Channels, Labels: make([]int, n)}
	im.Pixels = make([]uint8, n*in.Height*in.Width*in.Channels)
	for i := range im.Pixels {
		im.Pixels[i] = uint8(r.IntN(256))
	}
	return im
}

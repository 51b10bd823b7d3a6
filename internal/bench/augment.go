package bench

import (
	"context"
	"fmt"
	"time"

	"protobench/datasets"
	"protobench/datasets/augment"
	"protobench/internal/kernel"
	"protobench/internal/stream"
	"protobench/internal/team"
	"protobench/internal/wording"
)

// augmentCommand times the views of random images.
type augmentCommand struct {
	machine
	Preset     string `enum:"${augments}" default:"default" help:"Recipe, a value of augment.preset: one of ${enum}."`
	Size       int    `placeholder:"N" default:"32" help:"Side of the images and their views, 8 to 1024 pixels."`
	LocalCrops int    `placeholder:"N" help:"Local crops of each image besides, of 96 pixels to the views' 224."`
	Batch      int    `placeholder:"N" default:"128" help:"Images per call; each gives two views."`
	Steps      int    `placeholder:"N" default:"50" help:"Timed calls, after three that warm up."`
}

// Validate refuses sizes that make no sense.
func (b augmentCommand) Validate() error {
	if err := b.machine.Validate(); err != nil {
		return err
	}
	if b.Batch < 1 || b.Steps < 1 {
		return fmt.Errorf("--batch %d --steps %d: expected at least 1", b.Batch, b.Steps)
	}
	if b.Size < 8 || b.Size > 1024 || b.LocalCrops < 0 || b.LocalCrops > 64 {
		return fmt.Errorf("--size %d --local-crops %d: expected 8 to 1024 and 0 to 64", b.Size, b.LocalCrops)
	}
	return nil
}

// augmentReport is the outcome; its JSON keys are a contract.
type augmentReport struct {
	Bench      string     `json:"bench"`
	Preset     string     `json:"preset"`
	Size       int        `json:"size"`
	LocalCrops int        `json:"local_crops"`
	LocalSize  int        `json:"local_size,omitempty"`
	Batch      int        `json:"batch"`
	Steps      int        `json:"steps"`
	Threads    int        `json:"threads"`
	ISA        kernel.ISA `json:"isa"`
	StepS      float64    `json:"step_s"`       // median time of a call
	ImagesPerS float64    `json:"images_per_s"` // source images, all threads together
	PerThread  float64    `json:"images_per_s_per_thread"`
}

// Run measures and prints.
func (b augmentCommand) Run(ctx context.Context, w *Host) error {
	w.Warn(kernel.Warning())
	team := b.team()
	defer team.Close()
	r := augmentReport{
		Bench: "augment", Preset: b.Preset, Size: b.Size, LocalCrops: b.LocalCrops, Batch: b.Batch, Steps: b.Steps, Threads: b.threads(), ISA: kernel.InUse(),
	}
	if b.LocalCrops > 0 {
		r.LocalSize = max(1, b.Size*96/224)
	}
	samples, err := b.calls(ctx, team, r.LocalSize)
	if err != nil {
		return err
	}
	r.StepS = median(samples)
	r.ImagesPerS = float64(b.Batch) / r.StepS
	r.PerThread = r.ImagesPerS / float64(b.threads())
	local := ""
	if b.LocalCrops > 0 {
		local = fmt.Sprintf(" and %s of %d×%d", wording.Count(b.LocalCrops, "local crop"), r.LocalSize, r.LocalSize)
	}
	return b.show(w.Out, r, fmt.Sprintf("%s, %d×%d pixels, %d images × 2 views%s in %.2f ms (median of %d calls) with %s: %.0f images/s\n",
		b.Preset, b.Size, b.Size, b.Batch, local, 1e3*r.StepS, len(samples), wording.Count(b.threads(), "thread"), r.ImagesPerS))
}

// calls times the calls.
func (b augmentCommand) calls(ctx context.Context, team *team.Team, side int) (samples []float64, err error) {
	in := augment.Input{Height: b.Size, Width: b.Size, Channels: 3}
	a, err := augment.New(augment.Named(b.Preset), in, [3]float32{0.5, 0.5, 0.5}, [3]float32{0.25, 0.25, 0.25}, true)
	if err != nil {
		return nil, err
	}
	a.Team = team
	locals, err := a.Locals(b.LocalCrops, augment.Input{Height: side, Width: side, Channels: 3})
	if err != nil {
		return nil, err
	}
	set, order := noiseImages(b.Batch, in), upTo(b.Batch)
	dst, crops := make([]float32, 2*len(set.Pixels)), make([]float32, locals.Len(b.Batch))
	for i := range warmUp + b.Steps {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		began := time.Now()
		a.Views(dst, set, order, 0, i)
		locals.Crops(crops, set, order, 0, i)
		if i >= warmUp {
			samples = append(samples, time.Since(began).Seconds())
		}
	}
	return samples, nil
}

// noiseImages are n images of random levels.
func noiseImages(n int, in augment.Input) *datasets.Images {
	r := stream.New(0, "images")
	im := &datasets.Images{Height: in.Height, Width: in.Width, Channels: in.Channels, Labels: make([]int, n)}
	im.Pixels = make([]uint8, n*in.Height*in.Width*in.Channels)
	for i := range im.Pixels {
		im.Pixels[i] = uint8(r.IntN(256))
	}
	return im
}

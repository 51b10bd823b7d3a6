package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"protobench/internal/kernel"
	"protobench/internal/team"
)

// benchScale measures how cost grows along each axis that users turn up.
type benchScale struct {
	machine
	Parts  []string `placeholder:"PART" enum:"${scales}" default:"${scales}" help:"Axes, a comma between them: ${enum}."`
	Quick  bool     `help:"Few and small sizes, each measured once: a look at what is measured, not a measurement."`
	Most   int      `placeholder:"X" help:"Leave out sizes above this one."`
	Figure string   `placeholder:"FILE.png" help:"Also draw the times, one panel an axis."`
}

// Validate refuses what makes no sense.
func (b benchScale) Validate() error {
	if err := b.machine.Validate(); err != nil {
		return err
	}
	if b.Most < 0 {
		return fmt.Errorf("--most %d: expected a size", b.Most)
	}
	if b.Figure != "" && !strings.HasSuffix(b.Figure, ".png") {
		return fmt.Errorf("--figure %s: expected a name that ends in .png", b.Figure)
	}
	return nil
}

// scalePart is an axis, and the laws along it.
type scalePart struct {
	name, axis string // axis is what is counted on it
	sizes      []int
	quick      []int // of --quick
	series     func(s *scaler) []scaleLaw
}

// scaleParts are all axes.
func scaleParts() []scalePart {
	return []scalePart{
		{"prototypes", "prototypes K", []int{256, 1024, 4096, 16384, 65536}, []int{64, 256}, prototypeLaws},
		{"dim", "dimension D of embeddings", []int{64, 128, 256, 512}, []int{32, 64}, dimLaws},
		{"batch", "images a step", []int{16, 64, 256, 1024}, []int{4, 8}, batchLaws},
		{"side", "side of an image in pixels", []int{32, 64, 96, 224}, []int{32, 64}, sideLaws},
		{"images", "training images", []int{1_000, 10_000, 100_000, 1_000_000}, []int{200, 400}, imageLaws},
		{"observers", "observers", []int{0, 1, 2, 3, 4}, []int{0, 1, 2}, observerLaws},
		{"cells", "cells of a sweep", []int{10, 100, 1_000, 10_000}, []int{10, 20}, cellLaws},
	}
}

// scaleNames lists them for the command line.
func scaleNames() string {
	var names []string
	for _, p := range scaleParts() {
		names = append(names, p.name)
	}
	return strings.Join(names, ",")
}

// scaler is one run of the command.
type scaler struct {
	ctx   context.Context
	quick bool
	team  *team.Team
	peak  float64 // GFLOP/s
	dir   func() (string, error)
}

// Run measures the axes one after the other and shows each as soon as it is done.
func (b benchScale) Run(ctx context.Context, w *console) error {
	w.warn(kernel.Warning())
	team := b.team()
	defer team.Close()
	dir, remove := scratchDir()
	defer remove()
	s := &scaler{ctx: ctx, quick: b.Quick, team: team, dir: dir}
	_, s.peak = peakOf(team)
	var all []*scaleSeries
	for _, p := range scaleParts() {
		if !slices.Contains(b.Parts, p.name) {
			continue
		}
		done, err := b.part(w, s, p)
		if err != nil {
			return err
		}
		all = append(all, done...)
	}
	if b.Figure == "" {
		return nil
	}
	return drawScales(b.Figure, all)
}

// part measures one axis.
func (b benchScale) part(w *console, s *scaler, p scalePart) (all []*scaleSeries, err error) {
	sizes := p.sizes
	if b.Quick {
		sizes = p.quick
	}
	if b.Most > 0 {
		sizes = slices.DeleteFunc(slices.Clone(sizes), func(x int) bool { return x > b.Most })
	}
	if !b.JSON {
		if _, err := fmt.Fprint(w.out, scaleHead(p.axis, sizes)); err != nil {
			return nil, err
		}
	}
	for _, law := range p.series(s) {
		r := &scaleSeries{
			Bench: "scale", Part: p.name, Axis: p.axis, What: law.what, Due: law.due, Linear: law.linear, Threads: b.threads(), ISA: kernel.InUse(), Quick: b.Quick, Peak: s.peak,
		}
		for _, x := range sizes {
			if s.ctx.Err() != nil {
				return nil, exitError{exitInterrupted, "interrupted"}
			}
			if law.from > x && !b.Quick || law.least > x {
				continue
			}
			point, err := s.measure(law, x)
			if err != nil {
				return nil, fmt.Errorf("%s, %s %d: %w", law.what, p.axis, x, err)
			}
			r.Points = append(r.Points, point)
		}
		r.conclude()
		if err := b.show(w.out, r, r.text(sizes)); err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

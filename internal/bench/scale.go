package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"protobench/internal/kernel"
	"protobench/internal/team"
)

// scaleCommand measures how cost grows along each axis that users turn up.
type scaleCommand struct {
	machine
	Parts  []string `placeholder:"PART" enum:"${scales}" default:"${scales}" help:"Axes, a comma between them: ${enum}."`
	Quick  bool     `help:"Few and small sizes, each measured once: a look at what is measured, not a measurement."`
	Least  int      `placeholder:"X" help:"Leave out sizes below this one."`
	Most   int      `placeholder:"X" help:"Leave out sizes above this one."`
	Read   []string `placeholder:"FILE" type:"existingfile" help:"Show what earlier runs with --json printed into these files, and measure nothing."`
	Figure string   `placeholder:"FILE.png" help:"Also draw the times, one panel an axis."`
}

// Validate refuses what makes no sense.
func (b scaleCommand) Validate() error {
	if err := b.machine.Validate(); err != nil {
		return err
	}
	if b.Least < 0 || b.Most < 0 {
		return fmt.Errorf("--least %d --most %d: expected sizes", b.Least, b.Most)
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
func (b scaleCommand) Run(ctx context.Context, w *Host) error {
	all, err := b.all(ctx, w)
	if err != nil || b.Figure == "" {
		return err
	}
	return drawScales(b.Figure, all)
}

// all measures the axes or, where that was asked for, reads what was measured.
func (b scaleCommand) all(ctx context.Context, w *Host) (all []*scaleSeries, err error) {
	if len(b.Read) > 0 {
		return b.earlier(w)
	}
	w.Warn(kernel.Warning())
	team := b.team()
	defer team.Close()
	dir, remove := scratchDir()
	defer remove()
	s := &scaler{ctx: ctx, quick: b.Quick, team: team, dir: dir}
	for _, p := range scaleParts() {
		if !slices.Contains(b.Parts, p.name) {
			continue
		}
		done, err := b.part(w, s, p)
		if err != nil {
			return nil, err
		}
		all = append(all, done...)
	}
	return all, nil
}

// earlier reads series out of files of JSON lines and shows them; lines of other benches are left
// out, and so are axes that were not asked for.
func (b scaleCommand) earlier(w *Host) (all []*scaleSeries, err error) {
	for _, path := range b.Read {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		for n, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
			r := &scaleSeries{}
			if err := json.Unmarshal([]byte(line), r); err != nil {
				return nil, fmt.Errorf("%s, line %d: %w; expected what bench scale --json prints", path, n+1, err)
			}
			if r.Bench == "scale" && slices.Contains(b.Parts, r.Part) {
				all = joined(all, r)
			}
		}
	}
	rescale(all)
	part := ""
	for _, r := range all {
		sizes := sizesOf(r.Part, all)
		if r.Part != part && !b.JSON {
			if _, err := fmt.Fprint(w.Out, scaleHead(r.Axis, sizes)); err != nil {
				return nil, err
			}
		}
		part = r.Part
		if err := b.show(w.Out, r, r.text(sizes)); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// joined adds a series, to that of the same law where an earlier run measured other sizes; of one
// size the last measurement counts.
func joined(all []*scaleSeries, r *scaleSeries) []*scaleSeries {
	for _, known := range all {
		if known.Part == r.Part && known.What == r.What {
			for _, p := range r.Points {
				p.Share *= r.Peak / known.Peak
				known.Points = append(slices.DeleteFunc(known.Points, func(q scalePoint) bool { return q.X == p.X }), p)
			}
			slices.SortFunc(known.Points, func(a, b scalePoint) int { return a.X - b.X })
			known.conclude()
			return all
		}
	}
	r.conclude()
	return append(all, r)
}

// rescale makes all shares those of the highest peak that was measured with as many threads: what
// other programs take away can only lower it.
func rescale(all []*scaleSeries) {
	top := map[int]float64{}
	for _, r := range all {
		top[r.Threads] = max(top[r.Threads], r.Peak)
	}
	for _, r := range all {
		for i := range r.Points {
			r.Points[i].Share *= r.Peak / top[r.Threads]
		}
		r.Peak = top[r.Threads]
	}
}

// sizesOf are those that were measured along an axis.
func sizesOf(part string, all []*scaleSeries) (sizes []int) {
	for _, r := range all {
		for _, p := range r.Points {
			if r.Part == part && !slices.Contains(sizes, p.X) {
				sizes = append(sizes, p.X)
			}
		}
	}
	slices.Sort(sizes)
	return sizes
}

// part measures one axis.
func (b scaleCommand) part(w *Host, s *scaler, p scalePart) (all []*scaleSeries, err error) {
	sizes := p.sizes
	if b.Quick {
		sizes = p.quick
	}
	sizes = slices.DeleteFunc(slices.Clone(sizes), func(x int) bool { return x < b.Least || b.Most > 0 && x > b.Most })
	if !b.JSON {
		if _, err := fmt.Fprint(w.Out, scaleHead(p.axis, sizes)); err != nil {
			return nil, err
		}
	}
	for _, law := range p.series(s) {
		if s.peak == 0 || !s.quick {
			_, peak := peakOf(s.team)
			s.peak = max(s.peak, peak) // on a busy machine any may fall short
		}
		r := &scaleSeries{
			Bench: "scale", Part: p.name, Axis: p.axis, What: law.what, Due: law.due, Linear: law.linear, Threads: b.threads(), ISA: kernel.InUse(), Quick: b.Quick, Peak: s.peak,
		}
		for _, x := range sizes {
			if s.ctx.Err() != nil {
				return nil, s.ctx.Err()
			}
			if x < law.least || law.most > 0 && x > law.most {
				continue
			}
			point, err := s.measure(law, x)
			if err != nil {
				return nil, fmt.Errorf("%s, %s %d: %w", law.what, p.axis, x, err)
			}
			r.Points = append(r.Points, point)
		}
		r.conclude()
		if err := b.show(w.Out, r, r.text(sizes)); err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

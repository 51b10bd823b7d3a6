package kernel

import (
	"fmt"

	"protobench/internal/team"
)

const (
	stemSide   = 7 // of the kernel
	stemStride = 2
	stemPad    = 3
	stemRows   = 4 // of the output, whose patches are at hand at a time
	stemImages = 8 // whose weight gradients add up in one sum
)

// Stem is the convolution that networks for large images begin with: 7×7 pixels, stride 2, three
// pixels of zero padding (He et al. 2016). Its patches are gathered some rows at a time, while they
// are in a core's own cache, and multiplied with the weights [7,7,In,Out]. It reads maps as they are
// and gives no gradient of them: they are the images.
type Stem struct {
	in, out Map
	written Map       // of forward passes: out, or out without a border
	parts   []float32 // weight gradients of groups of images
}

// NewStem returns a stem for maps of one shape, which have a halo.
func NewStem(in Map, out int) *Stem {
	if in.Halo != 1 || min(in.Images, in.Height, in.Width, in.Channels, out) < 1 {
		panic(fmt.Sprintf("kernel: a stem of maps %+v to %d channels", in, out))
	}
	m := Map{in.Images, (in.Height-1)/stemStride + 1, (in.Width-1)/stemStride + 1, out, 1}
	return &Stem{in: in, out: m, written: m}
}

// Output returns the output's maps.
func (s *Stem) Output() Map { return s.out }

// Bare is as [Conv.Bare].
func (s *Stem) Bare(bare bool) { s.written = s.out.result(bare) }

// Result returns the maps that a forward pass writes.
func (s *Stem) Result() Map { return s.written }

// WeightLen returns the number of weights, [7,7,In,Out].
func (s *Stem) WeightLen() int { return s.patch() * s.out.Channels }

// patch is the number of floats of one pixel's patch.
func (s *Stem) patch() int { return stemSide * stemSide * s.in.Channels }

// Forward sets the interior of y to the convolution of maps x with weights. Sums, if not nil, are
// set to those of y, taken of each image while it is in the cache.
func (s *Stem) Forward(team *team.Team, y []float32, x Normed, weights []float32, sums *Sums) {
	s.check(x, y, s.written)
	k, n := s.patch(), s.out.Channels
	var done func(lo, hi int)
	if sums != nil {
		done = s.written.summing(y, sums)
	}
	_, stages := s.rooms().take(team)
	defer stages.end()
	team.Do(s.in.Images, func(i int) {
		room, slot := stages.take()
		defer stages.give(slot)
		s.strips(func(row, rows int) {
			pixels := rows * s.out.Width
			s.gather(room.a, x.X, i, row, rows)
			Gemm(nil, false, false, pixels, n, k, room.a, k, weights, n, room.b, n, false)
			for r := range rows {
				copy(y[s.written.Row(i, row+r):][:s.out.Width*n], room.b[r*s.out.Width*n:])
			}
		})
		if done != nil {
			done(i, i+1)
		}
	})
}

// Backward sets dw to the gradient of the weights, dy being that of the output. There is none of the
// input: dx and sums are nil.
func (s *Stem) Backward(team *team.Team, dx, dw, dy []float32, x Normed, _ []float32, sums *GradSums) {
	s.check(x, dy, s.out)
	if dx != nil || sums != nil {
		panic("kernel: a stem gives no gradient of images")
	}
	groups, size := (s.in.Images+stemImages-1)/stemImages, s.WeightLen()
	if len(s.parts) < groups*size {
		s.parts = make([]float32, groups*size)
	}
	_, stages := s.rooms().take(team)
	defer stages.end()
	team.Do(groups, func(g int) {
		room, slot := stages.take()
		defer stages.give(slot)
		for i := g * stemImages; i < min(s.in.Images, (g+1)*stemImages); i++ {
			s.learn(s.parts[g*size:][:size], room, x.X, dy, i, i > g*stemImages)
		}
	})
	team.Chunks(size, ChunkSize, func(lo, hi int) {
		copy(dw[lo:hi], s.parts[lo:hi])
		for g := 1; g < groups; g++ {
			Axpy(1, s.parts[g*size+lo:g*size+hi], dw[lo:hi])
		}
	})
}

// learn adds an image's weight gradient to dw, or sets dw to it.
func (s *Stem) learn(dw []float32, room *stage, x, dy []float32, image int, add bool) {
	k, n := s.patch(), s.out.Channels
	s.strips(func(row, rows int) {
		s.gather(room.a, x, image, row, rows)
		for r := range rows {
			copy(room.b[r*s.out.Width*n:][:s.out.Width*n], dy[s.out.Row(image, row+r):])
		}
		Gemm(nil, true, false, k, n, rows*s.out.Width, room.a, k, room.b, n, dw, n, add || row > 0)
	})
}

// rooms is what a pass takes for itself.
func (s *Stem) rooms() rooms {
	pixels := min(stemRows, s.out.Height) * s.out.Width
	return rooms{a: pixels * s.patch(), b: pixels * s.out.Channels}
}

// strips calls f with runs of the output rows of an image.
func (s *Stem) strips(f func(row, rows int)) {
	for row := 0; row < s.out.Height; row += stemRows {
		f(row, min(stemRows, s.out.Height-row))
	}
}

// gather writes the patches of some output rows, pixel after pixel, [7,7,In] each.
func (s *Stem) gather(to, x []float32, image, row, rows int) {
	run, ch := stemSide*s.in.Channels, s.in.Channels
	for r := range rows {
		for ky := range stemSide {
			at, step := (r*s.out.Width*stemSide+ky)*run, stemSide*run
			y := stemStride*(row+r) - stemPad + ky
			if y < 0 || y >= s.in.Height {
				for range s.out.Width {
					clear(to[at:][:run])
					at += step
				}
				continue
			}
			from := x[s.in.Row(image, y):][:s.in.Width*ch]
			for p := range s.out.Width {
				s.run(to[at:][:run], from, (stemStride*p-stemPad)*ch)
				at += step
			}
		}
	}
}

// run writes the part of an image's row that begins at a float, zeros where it reaches over its
// ends.
func (s *Stem) run(to, row []float32, at int) {
	if at >= 0 && at+len(to) <= len(row) {
		copy(to, row[at:])
		return
	}
	clear(to)
	if at < 0 {
		to, at = to[-at:], 0
	}
	copy(to, row[min(at, len(row)):])
}

// check panics unless x and y hold input and output.
func (s *Stem) check(x Normed, y []float32, out Map) {
	x.check(s.in)
	if x.deferred() {
		panic("kernel: a stem reads images, not maps behind a norm")
	}
	out.check([][]float32{y}, 0)
}

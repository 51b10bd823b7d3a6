package datasets

import (
	"fmt"
	"math"
	"math/rand/v2"

	"protobench/datasets/files"
	"protobench/internal/stream"
)

// mixtureReader describes the set "mixture".
func mixtureReader() reader {
	return reader{
		Info: Info{
			Name:   "mixture",
			Doc:    "vectors from a known Gaussian mixture as 1×dim gray images, for encoder identity: what learners do with them is known",
			Source: "generated from data.seed",
		},
		vectors:  true,
		generate: loadMixture,
	}
}

// loadMixture generates the set "mixture": vectors of data.dim dimensions from a known mixture, for
// encoder "identity". Mode c is a Gaussian around the c-th row of [MixtureModes], equally probable,
// whose deviations have the root mean square length 1/separation; the class is the mode. What a
// prototype learner does with such data is known beforehand. With data.offset all modes are moved
// by one and the same vector of that length, as a network's features have a mean in common.
//
// Vectors are stored as images of 1×dim gray pixels: a coordinate is rounded to one of 256 levels
// that span ±5 of the coordinates' standard deviations, which adds about 2‰ to the variance inside
// a mode at separation 4, and less at smaller ones. An offset widens the levels for all, until the
// modes would be lost between them: it adds 2 % at offset 3, 13 % at 8, the largest. A view is the
// vector plus Gaussian noise; crops and colours have no meaning here.
func loadMixture(o Options) (*Set, error) {
	if err := o.roomFor("dim", 1, o.Dim, 1); err != nil {
		return nil, err
	}
	if text := files.TooLarge(4 * files.Product(o.Modes, o.Dim)); text != "" {
		return nil, wrong("modes", fmt.Sprintf("%d modes of %d dimensions: %s", o.Modes, o.Dim, text), "lower data.modes or data.dim")
	}
	modes := MixtureModes(o)
	scale := mixtureScale(o)
	return &Set{
		Train:   drawMixture(o, "mixture-train", o.Train, modes),
		Test:    drawMixture(o, "mixture-test", o.Test, modes),
		Classes: o.Modes,
		Mean:    [3]float32{0.5}, Std: [3]float32{float32(1 / (255 * scale))}, // pixels come back as the coordinates that they stand for
		Noise: float32(o.Noise / (o.Separation * math.Sqrt(float64(o.Dim)))),
	}, nil
}

// MixtureModes returns the modes' means of the set "mixture", [modes,dim] row by row: random unit
// vectors, and [MixtureOffset] on each.
func MixtureModes(o Options) []float32 {
	offset := MixtureOffset(o)
	modes := make([]float32, 0, o.Modes*o.Dim)
	for c := range o.Modes {
		for j, v := range direction(stream.New(uint64(o.Seed), "mixture-modes", uint64(c)), o.Dim) {
			modes = append(modes, float32(v)+offset[j])
		}
	}
	return modes
}

// MixtureOffset returns the mean that all vectors of the set "mixture" share, [dim]: a random
// direction of length data.offset.
func MixtureOffset(o Options) []float32 {
	out := make([]float32, o.Dim)
	for j, v := range direction(stream.New(uint64(o.Seed), "mixture-offset"), o.Dim) {
		out[j] = float32(o.Offset * v)
	}
	return out
}

// direction draws a unit vector.
func direction(r *rand.Rand, dim int) []float64 {
	row, norm := make([]float64, dim), 0.0
	for j := range row {
		row[j] = r.NormFloat64()
		norm += float64(row[j] * row[j])
	}
	for j, v := range row {
		row[j] = v / math.Sqrt(norm)
	}
	return row
}

// mixtureScale is the step from one level to the next.
func mixtureScale(o Options) float64 {
	deviation := math.Sqrt((1 + 1/(o.Separation*o.Separation) + float64(o.Offset*o.Offset)) / float64(o.Dim))
	return 5 * deviation / 127.5
}

// drawMixture draws n vectors of one split. Vector i draws from its own stream of the split's
// purpose.
func drawMixture(o Options, purpose string, n int, modes []float32) Images {
	im := Images{Height: 1, Width: o.Dim, Channels: 1, Pixels: make([]uint8, n*o.Dim), Labels: make([]int, n)}
	deviation, scale := 1/(o.Separation*math.Sqrt(float64(o.Dim))), mixtureScale(o)
	source := rand.NewPCG(0, 0)
	draws := rand.New(source)
	for i, at := range stream.New(uint64(o.Seed), purpose+"-order").Perm(n) {
		stream.Seed(source, uint64(o.Seed), purpose, uint64(i))
		c := i % o.Modes
		im.Labels[at] = c
		for j, mean := range modes[c*o.Dim:][:o.Dim] {
			x := float64(mean) + float64(deviation*draws.NormFloat64())
			im.Pixels[at*o.Dim+j] = uint8(min(max(math.Round(x/scale+127.5), 0), 255))
		}
	}
	return im
}

// validateMixture checks the keys that the set alone reads.
func (o Options) validateMixture() error {
	switch {
	case o.Modes < 1:
		return wrong("modes", fmt.Sprintf("%d is out of range", o.Modes), "use 1 or more")
	case o.Dim < 2:
		return wrong("dim", fmt.Sprintf("%d is out of range", o.Dim), "use 2 or more")
	case !(o.Separation > 0) || math.IsInf(o.Separation, 0):
		return wrong("separation", fmt.Sprintf("%g is out of range", o.Separation), "use a number above 0")
	case !(o.Offset >= 0 && o.Offset <= 8):
		return wrong("offset", fmt.Sprintf("%g is out of range", o.Offset), "use a number from 0 to 8")
	case !(o.Noise > 0) || math.IsInf(o.Noise, 0):
		return wrong("noise", fmt.Sprintf("%g is out of range", o.Noise), "use a number above 0")
	}
	return nil
}

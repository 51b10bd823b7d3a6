package datasets

import (
	"fmt"
	"math"
	"math/rand/v2"

	"protobench/internal/stream"
)

// loadMixture generates the set "mixture": vectors of data.dim dimensions from a known mixture, for encoder "identity". Mode c
// is a Gaussian around the c-th row of [MixtureModes], equally probable, whose deviations have the root mean square length
// 1/separation; the class is the mode. What a prototype learner does with such data is known beforehand.
//
// Vectors are stored as images of 1×dim gray pixels: a coordinate is rounded to one of 256 levels that span ±5 of the coordinates'
// standard deviations, which adds about 2‰ to the variance inside a mode at separation 4, and less at smaller ones. A view is the vector plus
// Gaussian noise; crops and colours have no meaning here.
func loadMixture(o Options) (*Set, error) {
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

// MixtureModes returns the modes' means of the set "mixture", random unit vectors [modes,dim] row by row.
func MixtureModes(o Options) []float32 {
	modes := make([]float32, 0, o.Modes*o.Dim)
	for c := range o.Modes {
		r, row := stream.New(uint64(o.Seed), "mixture-modes", uint64(c)), make([]float64, o.Dim)
		var norm float64
		for j := range row {
			row[j] = r.NormFloat64()
			norm += float64(row[j] * row[j])
		}
		for _, v := range row {
			modes = append(modes, float32(v/math.Sqrt(norm)))
		}
	}
	return modes
}

// mixtureScale is the step from one level to the next.
func mixtureScale(o Options) float64 {
	deviation := math.Sqrt((1 + 1/(o.Separation*o.Separation)) / float64(o.Dim))
	return 5 * deviation / 127.5
}

// drawMixture draws n vectors of one split. Vector i draws from its own stream of the split's purpose.
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
		return fmt.Errorf("data.modes: %d is out of range; use 1 or more", o.Modes)
	case o.Dim < 2:
		return fmt.Errorf("data.dim: %d is out of range; use 2 or more", o.Dim)
	case !(o.Separation > 0) || math.IsInf(o.Separation, 0):
		return fmt.Errorf("data.separation: %g is out of range; use a number above 0", o.Separation)
	case !(o.Noise > 0) || math.IsInf(o.Noise, 0):
		return fmt.Errorf("data.noise: %g is out of range; use a number above 0", o.Noise)
	}
	return nil
}

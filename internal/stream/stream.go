// Package stream derives one independent random stream per purpose.
//
// A draw added for one purpose never shifts the draws of another, so arms that
// differ in a single axis see the same images, augmentations and initial
// weights. Streams hold no hidden state: the same seed, purpose and counters
// always give the same stream, so a resumed run needs no saved generator.
package stream

import (
	"hash/fnv"
	"math/rand/v2"
)

// New returns the stream of one purpose ("init", "order", "augment", "queue",
// "partition", "probe", …) of a run. Counters (a step, an image's position)
// select independent sub-streams of the purpose.
func New(seed uint64, purpose string, counters ...uint64) *rand.Rand {
	return rand.New(rand.NewPCG(state(seed, purpose, counters)))
}

// Seed puts an existing generator at the start of the stream that [New] would return, without
// allocating.
func Seed(src *rand.PCG, seed uint64, purpose string, counters ...uint64) {
	src.Seed(state(seed, purpose, counters))
}

// Either draws a number of either sign, uniform in [-1,1). The rounding stands so that no compiler
// makes one operation of the two.
func Either(r *rand.Rand) float64 { return float64(2*float64(r.Float64())) - 1 }

func state(seed uint64, purpose string, counters []uint64) (a, b uint64) {
	h := fnv.New64a()
	_, _ = h.Write([]byte(purpose))
	a, b = mix(seed^h.Sum64()), h.Sum64()
	for _, c := range counters {
		a = mix(a ^ c)
		b = mix(b + a)
	}
	return a, mix(b)
}

// mix is the finalizer of SplitMix64 (Steele, Lea and Flood 2014).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

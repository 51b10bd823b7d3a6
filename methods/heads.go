package methods

import (
	"math/rand/v2"

	"protobench/internal/stream"
	"protobench/methods/part"
)

// newHeads makes the prototypes of several heads from unit vectors start [H·K,D]. They lie side by side in one matrix, so
// that one product gives all scores; each head's have a learner and a record of their own.
func newHeads(start []float32, heads, k, d int, separateTeacher bool) []*prototypes {
	whole := newPrototypes(start, heads*k, d, separateTeacher)
	if heads == 1 {
		return []*prototypes{whole}
	}
	parts := make([]*prototypes, heads)
	for h := range parts {
		at := func(x []float32) []float32 { return x[h*k*d : (h+1)*k*d : (h+1)*k*d] }
		p := newPrototypes(at(start), k, d, false)
		p.head, p.whole, p.value, p.teacher = h, whole, at(whole.value), at(whole.teacher)
		p.now[part.Student], p.now[part.Teacher] = at(whole.now[part.Student]), at(whole.now[part.Teacher])
		parts[h] = p
	}
	return parts
}

// randomHeads draws unit vectors [H·K,D] for all heads: the first head's are those of an arm with one.
func randomHeads(seed uint64, heads, k, d int) []float32 {
	c := randomPrototypes(seed, k, d)
	for h := 1; h < heads; h++ {
		c = append(c, randomDirections(headStream(seed, "prototypes", h), k, d)...)
	}
	return c
}

// headStream is the random stream of a purpose for one of several heads; the first has that of an arm with one.
func headStream(seed uint64, purpose string, head int, keys ...uint64) *rand.Rand {
	if head > 0 {
		purpose, keys = purpose+"-head", append([]uint64{uint64(head)}, keys...)
	}
	return stream.New(seed, purpose, keys...)
}

package learner

import (
	"math/rand/v2"

	"protobench/internal/stream"
	"protobench/methods/part"
)

// NewHeads makes the prototypes of several heads from unit vectors start [H·K,D]. They lie side by
// side in one matrix, so that one product gives all scores; each head's have a learner and a record
// of their own.
func NewHeads(start []float32, heads, k, d int, separateTeacher bool) []*Prototypes {
	whole := NewPrototypes(start, heads*k, d, separateTeacher)
	if heads == 1 {
		return []*Prototypes{whole}
	}
	parts := make([]*Prototypes, heads)
	for h := range parts {
		at := func(x []float32) []float32 { return x[h*k*d : (h+1)*k*d : (h+1)*k*d] }
		p := NewPrototypes(at(start), k, d, false)
		p.Head, p.Whole, p.Value, p.Teacher = h, whole, at(whole.Value), at(whole.Teacher)
		p.Effective[part.Student], p.Effective[part.Teacher] = at(whole.Effective[part.Student]), at(whole.Effective[part.Teacher])
		parts[h] = p
	}
	return parts
}

// RandomHeads draws unit vectors [H·K,D] for all heads: the first head's are those of an arm with
// one.
func RandomHeads(seed uint64, heads, k, d int) []float32 {
	c := randomPrototypes(seed, k, d)
	for h := 1; h < heads; h++ {
		c = append(c, RandomDirections(HeadStream(seed, "prototypes", h), k, d)...)
	}
	return c
}

// HeadStream is the random stream of a purpose for one of several heads; the first has that of an
// arm with one.
func HeadStream(seed uint64, purpose string, head int, keys ...uint64) *rand.Rand {
	if head > 0 {
		purpose, keys = purpose+"-head", append([]uint64{uint64(head)}, keys...)
	}
	return stream.New(seed, purpose, keys...)
}

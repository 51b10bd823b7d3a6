package methods

import (
	"protobench/internal/kernel"
	"protobench/internal/stream"
	"protobench/methods/part"
)

// ring is a queue of past embeddings [K,D] whose oldest rows are overwritten; random unit vectors at first.
type ring struct {
	k, d    int
	value   []float32 // [K,D]
	pointer []float64 // one element: the row that is overwritten next
}

func newRing(seed uint64, k, d int) *ring {
	r, c := stream.New(seed, "memory"), make([]float32, k*d)
	for i := range c {
		c[i] = float32(r.NormFloat64())
	}
	kernel.NormalizeRows(c, c, k, d, nil)
	return &ring{k, d, c, make([]float64, 1)}
}

// remember writes embeddings z [n,D] over the oldest rows.
func (r *ring) remember(z []float32) {
	at := int(r.pointer[0])
	for lo := 0; lo < len(z); lo += r.d {
		copy(r.value[at*r.d:][:r.d], z[lo:][:r.d])
		at = (at + 1) % r.k
	}
	r.pointer[0] = float64(at)
}

func (r *ring) State(prefix string) []part.Named {
	return []part.Named{part.F32Of(prefix+"queue", r.value, r.k, r.d), part.F64Of(prefix+"pointer", r.pointer)}
}

// memory has past embeddings of the teacher where other arms have prototypes. One per image and step enters, that of the last
// global crop.
type memory struct {
	owned
	ring *ring
	v    views
}

func newMemory(seed uint64, k, d int, v views) *memory {
	r := newRing(seed, k, d)
	return &memory{owned{decoupled{newPrototypes(r.value, k, d, false)}}, r, v}
}

func (m *memory) State(prefix string) []part.Named {
	return m.ring.State(prefix)
}

func (m *memory) after(s *stepInput) {
	m.ring.remember(m.v.last(s.z[part.Teacher]))
	copy(m.p.value, m.ring.value)
	m.p.publish(s.team)
}

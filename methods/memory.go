package methods

import (
	"protobench/methods/part"
)

// memory has past embeddings of the teacher where other arms have prototypes. One per image and step enters, that of the last
// global crop.
type memory struct {
	owned
	past *past
	v    views
}

func newMemory(seed uint64, k, d int, v views) *memory {
	r := newRandomPast(seed, k, d)
	return &memory{owned{decoupled{newPrototypes(r.value, k, d, false)}}, r, v}
}

func (m *memory) State(prefix string) []part.Named {
	return m.past.State(prefix)
}

func (m *memory) after(s *stepInput) {
	m.past.push(m.v.last(s.z[part.Teacher]))
	copy(m.p.value, m.past.value)
	m.p.publish(s.team)
}

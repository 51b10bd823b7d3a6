package prototypefree

import (
	"protobench/methods/learner"
	"protobench/methods/objective"
	"protobench/methods/part"
)

// memory has past embeddings of the teacher where other arms have prototypes. One per image and
// step enters, that of the last global crop.
type memory struct {
	objective.Owned
	past *learner.Past
	v    objective.Views
}

func newMemory(seed uint64, k, d int, v objective.Views) *memory {
	r := learner.NewRandomPast(seed, k, d)
	return &memory{objective.Owned{Decoupled: learner.Decoupled{P: learner.NewPrototypes(r.Value, k, d, false)}}, r, v}
}

func (m *memory) State(prefix string) []part.Named {
	return m.past.State(prefix)
}

func (m *memory) After(s *learner.Step) {
	m.past.Push(m.v.Last(s.Z[part.Teacher]))
	copy(m.P.Value, m.past.Value)
	m.P.Publish(s.Team)
}

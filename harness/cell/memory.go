package cell

import (
	"protobench/internal/tensorfile"
)

// Memory is what a cell holds, in bytes. Buffers of its graphs come on top.
type Memory struct {
	Weights    int64 // of student and teacher, with their statistics: the size of final.safetensors
	Prototypes int64 // of all learners, observers too: the student's, the teacher's and the initial ones
	State      int64 // all that training carries on, of which a checkpoint is made: weights, optimizer, learners, queues
	Data       int64 // images, shared by the cells that train on them
}

// of counts what a rehearsal has built.
func (m *Memory) of(s *Rehearsal) {
	state := stateful(s.trainee)
	if s.trainee == nil {
		if s.network == nil {
			return
		}
		state = s.network
	}
	entries := state.State()
	m.State = sizeOf(tensors(entries))
	m.Weights = sizeOf(encoderOf(entries))
	if arm, ok := s.trainee.(armTrainee); ok {
		for _, l := range arm.Learned() {
			m.Prototypes += 4 * int64(len(l.Initial)+len(l.Current[0])+len(l.Current[1]))
		}
	}
}

// sizeOf is that of the values alone.
func sizeOf(ts []tensorfile.Tensor) (n int64) {
	for _, t := range ts {
		n += 4*int64(len(t.F32)) + 8*int64(len(t.F64)+len(t.I64))
	}
	return n
}

package methods

import (
	"protobench/encoders"
	"protobench/internal/kernel"
	"protobench/internal/stream"
)

// memory holds past embeddings of the teacher where other arms have prototypes: a queue of [K,D] whose oldest rows are
// overwritten, random unit vectors at first. One embedding per image and step enters, that of the last global crop.
type memory struct {
	p       *prototypes
	v       views
	pointer []float64 // one element: the row that is overwritten next
}

func newMemory(seed uint64, k, d int, v views) *memory {
	r, c := stream.New(seed, "memory"), make([]float32, k*d)
	for i := range c {
		c[i] = float32(r.NormFloat64())
	}
	kernel.NormalizeRows(c, c, k, d, nil)
	return &memory{newPrototypes(c, k, d, false), v, make([]float64, 1)}
}

func (m *memory) vectors() *prototypes      { return m.p }
func (m *memory) params() []*encoders.Param { return nil }
func (m *memory) restart([]float32)         {}
func (m *memory) move(int, []float32)       {}
func (m *memory) before(*stepInput)         {}
func (m *memory) after(s *stepInput)        { m.remember(m.v.last(s.z[Teacher])) }

// remember writes embeddings z [n,D] over the oldest rows.
func (m *memory) remember(z []float32) {
	at, d := int(m.pointer[0]), m.p.d
	for lo := 0; lo < len(z); lo += d {
		copy(m.p.value[at*d:][:d], z[lo:][:d])
		at = (at + 1) % m.p.k
	}
	m.pointer[0] = float64(at)
	m.p.effective()
}

func (m *memory) state(prefix string) []Named {
	return append(m.p.state(prefix), f64(prefix+"pointer", m.pointer))
}

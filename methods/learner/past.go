package learner

import (
	"protobench/internal/stream"
	"protobench/methods/part"
)

// Past keeps past embeddings [N,D]: as a ring whose oldest rows are overwritten (push), newest
// first (pushFront), or one for each training image (put).
type Past struct {
	d     int
	Value []float32 // [N,D]
	held  []float64 // [N] 1 for rows that hold an embedding
	next  []float64 // one element: the row that push overwrites next
}

// NewPast has room for n embeddings of d dimensions.
func NewPast(n, d int) *Past {
	return &Past{d: d, Value: make([]float32, n*d), held: make([]float64, n), next: make([]float64, 1)}
}

// NewRandomPast holds random unit vectors at first.
func NewRandomPast(seed uint64, n, d int) *Past {
	p := NewPast(n, d)
	p.put(upTo(n), RandomDirections(stream.New(seed, "memory"), n, d))
	return p
}

func upTo(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}

// Rows is the number N of embeddings that there is room for.
func (p *Past) Rows() int { return len(p.held) }

// Push writes embeddings z [n,D] over the oldest rows.
func (p *Past) Push(z []float32) {
	at := int(p.next[0])
	for lo := 0; lo < len(z); lo += p.d {
		p.write(at, z[lo:])
		at = (at + 1) % p.Rows()
	}
	p.next[0] = float64(at)
}

// PushFront puts embeddings z [n,D] in front of the others; the last ones drop out, of z as well
// where it is too long.
func (p *Past) PushFront(z []float32) {
	n := min(len(z)/p.d, p.Rows())
	copy(p.Value[n*p.d:], p.Value)
	copy(p.held[n:], p.held)
	for i := range n {
		p.write(i, z[i*p.d:])
	}
}

// put writes embeddings z [n,D] to rows of their own.
func (p *Past) put(rows []int, z []float32) {
	for i, row := range rows {
		p.write(row, z[i*p.d:])
	}
}

func (p *Past) write(row int, z []float32) {
	copy(p.Value[row*p.d:][:p.d], z)
	p.held[row] = 1
}

// Count is the number of rows that hold an embedding.
func (p *Past) Count() int {
	n := 0
	for _, h := range p.held {
		n += int(h)
	}
	return n
}

// Gather returns the rows that hold an embedding, and these [n,D].
func (p *Past) Gather() (rows []int, z []float32) {
	for i, h := range p.held {
		if h > 0 {
			rows, z = append(rows, i), append(z, p.Value[i*p.d:][:p.d]...)
		}
	}
	return rows, z
}

// State implements [part.Stateful].
func (p *Past) State(prefix string) []part.Named {
	return []part.Named{part.F32Of(prefix+"past", p.Value, p.Rows(), p.d), part.F64Of(prefix+"held", p.held), part.F64Of(prefix+"next", p.next)}
}

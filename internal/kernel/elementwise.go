package kernel

import "protobench/internal/team"

// Combine sets out = a·x + b·y. out may be x or y.
func Combine(out, x, y []float32, a, b float32) {
	x, y = x[:len(out)], y[:len(out)]
	n := whole(len(out), by8)
	if n > 0 {
		l := lanes{blocks: n >> by8, c: [8]float32{a, b}}
		l.p[0], l.p[1], l.p[2] = start(out), start(x), start(y)
		combineAVX2(l.ptr())
	}
	for i := n; i < len(out); i++ {
		out[i] = float32(a*x[i]) + float32(b*y[i])
	}
}

// Axpy adds a·x to y.
func Axpy(a float32, x, y []float32) { y = y[:len(x)]; Combine(y, y, x, 1, a) }

// Add sets out = x + y, in chunks over the team. out may be x or y.
func Add(team *team.Team, out, x, y []float32) { CombineOver(team, out, x, y, 1, 1) }

// CombineOver is [Combine] in chunks over the team.
func CombineOver(team *team.Team, out, x, y []float32, a, b float32) {
	if team.Threads() == 1 || len(out) <= ChunkSize {
		Combine(out, x, y, a, b)
		return
	}
	c := combinations.Get()
	if c.task == nil {
		c.task = c.chunk
	}
	c.out, c.x, c.y, c.a, c.b = out, x, y, a, b
	team.Chunks(len(out), ChunkSize, c.task)
	c.out, c.x, c.y = nil, nil, nil // the stock keeps nobody's memory alive
	combinations.Put(c)
}

// combination is a call of [CombineOver].
type combination struct {
	out, x, y []float32
	a, b      float32
	task      func(lo, hi int)
}

var combinations Stock[combination]

func (c *combination) chunk(lo, hi int) { Combine(c.out[lo:hi], c.x[lo:hi], c.y[lo:hi], c.a, c.b) }

// Scale sets out = a·x. out may be x.
func Scale(out, x []float32, a float32) {
	x = x[:len(out)]
	n := whole(len(out), by8)
	if n > 0 {
		l := lanes{blocks: n >> by8, c: [8]float32{a}}
		l.p[0], l.p[1] = start(out), start(x)
		scaleAVX2(l.ptr())
	}
	for i := n; i < len(out); i++ {
		out[i] = x[i] * a
	}
}

// ReLU sets out = max(0, x), NaN where x is. out may be x.
func ReLU(out, x []float32) {
	x = x[:len(out)]
	n := whole(len(out), by8)
	if n > 0 {
		l := lanes{blocks: n >> by8}
		l.p[0], l.p[1] = start(out), start(x)
		reluAVX2(l.ptr())
	}
	for i := n; i < len(out); i++ {
		out[i] = positive(x[i])
	}
}

// positive is max(0, v) as the assembly computes it: a NaN and a zero stay what they are.
func positive(v float32) float32 {
	if 0 > v {
		return 0
	}
	return v
}

// MaskReLU sets g = dy where the ReLU's output y is positive, else 0. g may be dy.
func MaskReLU(g, y, dy []float32) {
	y, dy = y[:len(g)], dy[:len(g)]
	n := whole(len(g), by8)
	if n > 0 {
		l := lanes{blocks: n >> by8}
		l.p[0], l.p[1], l.p[2] = start(g), start(y), start(dy)
		maskReLUAVX2(l.ptr())
	}
	for i := n; i < len(g); i++ {
		if y[i] > 0 {
			g[i] = dy[i]
		} else {
			g[i] = 0
		}
	}
}

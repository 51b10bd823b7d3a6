package kernel

import "protobench/internal/team"

// Normed are maps behind a batch norm that is applied where they are read, so that they need no
// memory of their own:
//
//	y = max(0, X·Scale + Shift + Add)
//
// per channel (Scale and Shift are [C]), without Add where that is nil and without the maximum
// where there is no ReLU; Add, which may itself be behind a norm, needs a ReLU. A NaN stays one.
// Where Scale is nil, y is X as it is, and nothing else may be set. Else X may be maps without a
// border, though y has one.
type Normed struct {
	X, Scale, Shift []float32
	Add             *Normed
	ReLU            bool
	Bare            bool // X has no border
}

// Plain are maps as they are.
func Plain(x []float32) Normed { return Normed{X: x} }

func (n *Normed) deferred() bool { return n.Scale != nil }

// check panics unless all of it holds maps m.
func (n *Normed) check(m Map) {
	m.without(n.Bare).check([][]float32{n.X}, 0)
	if !n.deferred() {
		if n.Shift != nil || n.Add != nil || n.ReLU || n.Bare {
			panic("kernel: maps behind a norm without a scale")
		}
		return
	}
	m.check(nil, m.Channels, n.Scale, n.Shift)
	if n.Add != nil {
		n.Add.check(m)
		if !n.ReLU {
			panic("kernel: a sum behind a norm needs a ReLU")
		}
	}
}

// normed writes a run of rows of deferred maps to rows of y that begin at to.
func (s span) normed(y []float32, to int, n *Normed) {
	var add []float32
	from := s.at
	if n.Add != nil {
		if add = n.Add.X; n.Add.deferred() {
			s.normed(y, to, n.Add)
			add, from = y, to
		}
	}
	s.affine(y, to, n, add, from)
}

// Apply writes maps x behind a norm to y. Plain maps have nothing to apply.
func (m Map) Apply(team *team.Team, y []float32, x Normed) {
	m.check([][]float32{y}, 0)
	x.check(m)
	if !x.deferred() {
		panic("kernel: applying a norm to maps that are behind none")
	}
	m.pieces(team, func(s span) { s.normed(y, s.at, &x) })
}

// MaskReLU sets g = dy where maps y are positive, else 0. g may be dy. sums, if not nil, are set to
// those that the norm which made deferred maps needs of g, taken of each image while it is in the
// cache; plain maps have none.
func (m Map) MaskReLU(team *team.Team, g, dy []float32, y Normed, sums *GradSums) {
	m.check([][]float32{g, dy}, 0)
	y.check(m)
	if !y.deferred() {
		if sums != nil {
			panic("kernel: the sums of a gradient that is not that of a norm")
		}
		team.Chunks(m.Len(), ChunkSize, func(lo, hi int) { MaskReLU(g[lo:hi], y.X[lo:hi], dy[lo:hi]) })
		return
	}
	done := func(int, int) {}
	if sums != nil {
		done = m.gradSumming(g, Normed{X: y.X, Scale: y.Scale, Shift: y.Shift, Bare: y.Bare}, sums)
	}
	_, stages := rooms{a: m.pieceRows() * m.row()}.take(team)
	defer stages.end()
	m.images(team, func(i int, image span) {
		made, slot := stages.take()
		defer stages.give(slot)
		for s := range image.pieces() {
			s.normed(made.a, 0, &y)
			for r := range s.rows {
				at, n := r*m.row(), m.Width*m.Channels
				MaskReLU(g[s.at+at:][:n], made.a[at:][:n], dy[s.at+at:][:n])
			}
		}
		done(i, i+1)
	})
}

package kernel

import (
	"unsafe"

	"protobench/internal/team"
)

// columns is what the column kernels read at fixed offsets: maps x, y, z and where results go,
// per-channel vectors, and the pixels of one image: rows of pixels at a pitch, with skip bytes
// between two rows.
type columns struct {
	x, y, z, out              unsafe.Pointer
	v0, v1, v2                unsafe.Pointer
	pixels, pitch, rows, skip int
	wide, narrow              int // blocks of 32 channels, then of eight
	v3, v4                    unsafe.Pointer
	image, vector             int // bytes to the next of four images and to its vectors
	xSkip                     int // bytes added to x between two rows besides
}

func (c *columns) ptr() *byte { return (*byte)(unsafe.Pointer(c)) }

// span is a run of rows of one image.
type span struct {
	m        Map
	at, bare int // where the first row begins, and where it does in the same maps without a border
	rows     int
}

// each calls f with where every pixel begins, and where it does in the same maps without a border.
func (s span) each(f func(at, bare int)) {
	for r := range s.rows {
		for p := range s.m.Width {
			f(s.at+r*s.m.row()+p*s.m.Channels, s.bare+(r*s.m.Width+p)*s.m.Channels)
		}
	}
}

// pick chooses between where something is in the span's maps and in those without a border.
func pick(bare bool, at, without int) int {
	if bare {
		return without
	}
	return at
}

// vector returns how many of the channels the assembly takes; the rest is left to Go.
func (s span) vector() int {
	if isa == Generic {
		return 0
	}
	return s.m.Channels / 8 * 8
}

// columns fills the counts in, and where x is, which may have no border.
func (s span) columns(x []float32, bare bool) columns {
	v := s.vector() / 8
	return columns{
		x: ptr(x, pick(bare, s.at, s.bare)), xSkip: pick(bare, 0, -4*2*s.m.Halo*s.m.Channels),
		pixels: s.m.Width, pitch: 4 * s.m.Channels, rows: s.rows, skip: 4 * 2 * s.m.Halo * s.m.Channels, wide: v / 4, narrow: v % 4,
	}
}

// few reports whether a map's sums are taken of four images at a time: those of few channels would
// wait for each other.
func (m Map) few() bool { return isa != Generic && m.Channels < fewChannels && m.Channels%8 == 0 }

// sideBySide is how many images' sums are taken at a time where channels are few.
const sideBySide = 4

// fours calls f for the first of as many groups of four of the images [lo,hi) of x as there are
// where channels are few, with [columns] for all four, and returns the first image that is left.
func (m Map) fours(x []float32, lo, hi int, f func(i int, s span, c columns)) int {
	for ; m.few() && lo+sideBySide <= hi; lo += sideBySide {
		s := m.span(lo)
		c := s.columns(x, false)
		c.image, c.vector = 4*m.image(), 4*m.Channels
		f(lo, s, c)
	}
	return lo
}

// ptr returns the address of x[at], nil where there is no x.
func ptr(x []float32, at int) unsafe.Pointer {
	if x == nil {
		return nil
	}
	return unsafe.Pointer(&x[at])
}

// span is all of an image.
func (m Map) span(image int) span { return m.spanOf(image, 0, m.Height) }

// spanOf is a run of an image's rows.
func (m Map) spanOf(image, y, rows int) span {
	return span{m: m, at: m.Row(image, y), bare: m.bare().Row(image, y), rows: rows}
}

// images calls f for each image.
func (m Map) images(team *team.Team, f func(image int, s span)) {
	if m.Pixels() == 0 || m.Channels == 0 {
		return
	}
	team.Do(m.Images, func(i int) { f(i, m.span(i)) })
}

// together calls f for the images whose sums are taken side by side.
func (m Map) together(team *team.Team, f func(lo, hi int)) {
	if m.Pixels() == 0 || m.Channels == 0 {
		return
	}
	team.Chunks(m.Images, sideBySide, f)
}

// chunk is the number of floats of one map in a piece.
const chunk = 4096

func (m Map) pieceRows() int { return max(1, chunk/(m.Width*m.Channels)) }

// pieces calls f for runs of rows that stay in the first cache while blocks of channels take turns.
func (m Map) pieces(team *team.Team, f func(s span)) {
	if m.Pixels() == 0 || m.Channels == 0 {
		return
	}
	rows := m.pieceRows()
	n := (m.Height + rows - 1) / rows
	team.Do(m.Images*n, func(i int) {
		y := i % n * rows
		f(m.spanOf(i/n, y, min(rows, m.Height-y)))
	})
}

// pieces are the rows of a span in runs that stay in the first cache while blocks of channels take
// turns.
func (s span) pieces() func(yield func(span) bool) {
	return func(yield func(span) bool) {
		rows := s.m.pieceRows()
		for y := 0; y < s.rows; y += rows {
			if !yield(span{m: s.m, at: s.at + y*s.m.row(), bare: s.bare + y*s.m.bare().row(), rows: min(rows, s.rows-y)}) {
				return
			}
		}
	}
}

// ColumnSums sets, for each image i and channel c, sum[i,c] = Σ (x - shift[i,c]) and square[i,c] =
// Σ (x - shift[i,c])² over the image's pixels in order, about its first pixel, which keeps a
// variance made of them accurate. All three are [Images,Channels].
func (m Map) ColumnSums(team *team.Team, x, shift, sum, square []float32) {
	m.check([][]float32{x}, m.Images*m.Channels, shift, sum, square)
	m.together(team, func(lo, hi int) { m.sumImages(x, Sums{shift, sum, square}, lo, hi) })
}

// sumImages takes the sums of the images [lo,hi).
func (m Map) sumImages(x []float32, to Sums, lo, hi int) {
	lo = m.fours(x, lo, hi, func(i int, _ span, c columns) {
		for j := i; j < i+sideBySide; j++ {
			copy(to.Shift[j*m.Channels:][:m.Channels], x[m.Row(j, 0):])
		}
		at := i * m.Channels
		c.v0, c.v1, c.v2 = ptr(to.Shift, at), ptr(to.Sum, at), ptr(to.Square, at)
		colSumsImagesAVX2(c.ptr())
	})
	for i := lo; i < hi; i++ {
		at := i * m.Channels
		m.sumImage(m.span(i), x, to.Shift[at:], to.Sum[at:], to.Square[at:])
	}
}

func (m Map) sumImage(s span, x, shift, sum, square []float32) {
	copy(shift[:m.Channels], x[s.at:])
	v := s.vector()
	if v > 0 {
		c := s.columns(x, false)
		c.v0, c.v1, c.v2 = ptr(shift, 0), ptr(sum, 0), ptr(square, 0)
		colSumsAVX2(c.ptr())
	}
	clear(sum[v:m.Channels])
	clear(square[v:m.Channels])
	if v == m.Channels {
		return
	}
	s.each(func(at, _ int) {
		for j := v; j < m.Channels; j++ {
			d := x[at+j] - shift[j]
			sum[j] += d
			square[j] += float32(d * d)
		}
	})
}

// SumRows sets sum [cols] to the sum of the rows of x [rows,cols], added in order.
func SumRows(sum, x []float32, rows, cols int) {
	m := Matrix(rows, cols)
	m.check([][]float32{x}, cols, sum)
	clear(sum[:cols])
	if rows == 0 || cols == 0 {
		return
	}
	s := m.span(0)
	v := s.vector()
	if v > 0 {
		c := s.columns(x, false)
		c.v1 = ptr(sum, 0)
		colTotalsAVX2(c.ptr())
	}
	if v == cols {
		return
	}
	s.each(func(at, _ int) {
		for j := v; j < cols; j++ {
			sum[j] += x[at+j]
		}
	})
}

// affine sets y = x·scale + shift per channel, plus add where that is not nil (only with relu);
// with relu, max(0, ·). A NaN stays one. It takes the span's rows of x, which n is behind, to rows of
// y that begin at to. Those of add begin at from.
func (s span) affine(y []float32, to int, n *Normed, add []float32, from int) {
	scale, shift, relu := n.Scale, n.Shift, n.ReLU
	v := s.vector()
	if v > 0 {
		c := s.columns(n.X, n.Bare)
		c.out, c.v0, c.v1 = ptr(y, to), ptr(scale, 0), ptr(shift, 0)
		switch {
		case add != nil:
			c.z = ptr(add, from)
			affineAddReLUAVX2(c.ptr())
		case relu:
			affineReLUAVX2(c.ptr())
		default:
			affineAVX2(c.ptr())
		}
	}
	if v == s.m.Channels {
		return
	}
	s.each(func(at, bare int) {
		for j := v; j < s.m.Channels; j++ {
			z := float32(n.X[pick(n.Bare, at, bare)+j]*scale[j]) + shift[j]
			if add != nil {
				z += add[at-s.at+from+j]
			}
			if relu {
				z = positive(z)
			}
			y[at-s.at+to+j] = z
		}
	})
}

package encoders

import "protobench/internal/kernel"

// pieces are the parameters of an optimizer cut into runs of at most kernel.ChunkSize numbers, which an update deals to a team: one
// call for all parameters, however small they are.
type pieces []piece

// piece is the numbers lo to hi-1 of a parameter, number at in its list.
type piece struct {
	*Param
	at, lo, hi int
}

func cut(params []*Param) pieces {
	var out pieces
	for i, p := range params {
		for lo := 0; lo < len(p.Value); lo += kernel.ChunkSize {
			out = append(out, piece{p, i, lo, min(lo+kernel.ChunkSize, len(p.Value))})
		}
	}
	return out
}

// each runs f for every piece and its number.
func (ps pieces) each(team *kernel.Team, f func(i int, c piece)) {
	team.Do(len(ps), func(i int) { f(i, ps[i]) })
}

func (c piece) value() []float32 { return c.Value[c.lo:c.hi] }
func (c piece) grad() []float32  { return c.Grad[c.lo:c.hi] }

// of is the piece's part of an array of the parameter's size.
func (c piece) of(x []float32) []float32 { return x[c.lo:c.hi] }

// sums adds f of each parameter's pieces up in their order: room for one number a piece and the sums of the parameters.
func (ps pieces) sums(team *kernel.Team, part, sum []float64, f func(c piece) float64) {
	ps.each(team, func(i int, c piece) { part[i] = f(c) })
	clear(sum)
	for i, c := range ps {
		sum[c.at] += part[i]
	}
}

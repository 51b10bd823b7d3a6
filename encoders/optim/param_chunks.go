package optim

import (
	"protobench/encoders"
	"protobench/internal/kernel"
	"protobench/internal/team"
)

// paramChunks are the parameters of an optimizer cut into runs of at most kernel.ChunkSize numbers,
// which an update deals to a team: one call for all parameters, however small they are.
type paramChunks []paramChunk

// paramChunk is the numbers lo to hi-1 of a parameter, number at in its list.
type paramChunk struct {
	*encoders.Param
	at, lo, hi int
}

func cut(params []*encoders.Param) paramChunks {
	var out paramChunks
	for i, p := range params {
		for lo := 0; lo < len(p.Value); lo += kernel.ChunkSize {
			out = append(out, paramChunk{p, i, lo, min(lo+kernel.ChunkSize, len(p.Value))})
		}
	}
	return out
}

func (c paramChunk) value() []float32 { return c.Value[c.lo:c.hi] }
func (c paramChunk) grad() []float32  { return c.Grad[c.lo:c.hi] }

// of is the chunk's part of an array of the parameter's size.
func (c paramChunk) of(x []float32) []float32 { return x[c.lo:c.hi] }

// sums adds what the task leaves in part for each chunk up to sums of the parameters, in the
// chunks' order.
func (ps paramChunks) sums(team *team.Team, part, sum []float64, task func(i int)) {
	team.Do(len(ps), task)
	clear(sum)
	for i, c := range ps {
		sum[c.at] += part[i]
	}
}

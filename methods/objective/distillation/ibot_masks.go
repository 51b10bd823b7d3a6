package distillation

import (
	"math"
	"math/rand/v2"

	"protobench/internal/stream"
)

// maskAspect bounds the ratio of height and width of a hidden block, as in BEiT and iBOT.
const maskAspect = 0.3

// Draw sets masks [N,P], 1 where a patch is hidden, of views of rows × columns patches. Each view
// has a random stream of its own, keyed by seed, step and place: a share of the views hides
// patches, a random part of them around ratio.
func (s IBOT) Draw(masks []float32, rows, columns int, seed uint64, step int) {
	clear(masks)
	p, source := rows*columns, rand.NewPCG(0, 0)
	r := rand.New(source)
	for i := range len(masks) / p {
		stream.Seed(source, seed, "mask", uint64(step), uint64(i))
		if r.Float64() >= s.Share {
			continue
		}
		part := s.Ratio + float64(s.Spread*stream.Either(r))
		hidden := int(min(1, max(0, part)) * float64(p))
		view := masks[i*p:][:p]
		if s.Shape == "random" {
			hideAny(r, view, hidden)
			continue
		}
		hideBlocks(r, view, rows, columns, hidden)
	}
}

// Hide sets the masks of a step of an epoch as [IBOT.Draw] does, and hides nothing before the epoch
// from which patches are predicted.
func (s IBOT) Hide(masks []float32, rows, columns int, seed uint64, step, epoch int) {
	if epoch < s.Start {
		clear(masks)
		return
	}
	s.Draw(masks, rows, columns, seed, step)
}

// hideAny hides a number of patches, each set of them equally likely (Knuth's selection sampling).
func hideAny(r *rand.Rand, view []float32, hidden int) {
	for j := range view {
		if r.Float64()*float64(len(view)-j) < float64(hidden) {
			view[j] = 1
			hidden--
		}
	}
}

// hideBlocks hides rectangles until the given number of patches is hidden or ten tries in a row
// found no place (iBOT's block-wise masking): the area is uniform up to what is left, the aspect
// ratio log-uniform, the place uniform.
func hideBlocks(r *rand.Rand, view []float32, rows, columns, hidden int) {
	least := min(rows, columns) / 3
	for left, tries := hidden, 0; left > 0 && tries < 10; tries++ {
		low := float64(min(least*least, left))
		area := low + float64((float64(left)-low)*r.Float64())
		aspect := math.Exp(math.Log(maskAspect) * stream.Either(r))
		h, w := int(math.Round(math.Sqrt(area*aspect))), int(math.Round(math.Sqrt(area/aspect)))
		if h < 1 || w < 1 || h >= rows || w >= columns {
			continue
		}
		if n := hideBlock(view, columns, r.IntN(rows-h+1), r.IntN(columns-w+1), h, w, left); n > 0 {
			left, tries = left-n, -1
		}
	}
}

// hideBlock hides a rectangle if that hides something new, but no more than is left, and returns
// how much.
func hideBlock(view []float32, columns, top, from, h, w, left int) int {
	fresh := 0
	for y := top; y < top+h; y++ {
		for x := from; x < from+w; x++ {
			if view[y*columns+x] == 0 {
				fresh++
			}
		}
	}
	if fresh > left {
		return 0
	}
	for y := top; y < top+h; y++ {
		for x := from; x < from+w; x++ {
			view[y*columns+x] = 1
		}
	}
	return fresh
}

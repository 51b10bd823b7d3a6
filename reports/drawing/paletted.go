package drawing

import (
	"cmp"
	"image"
	"image/color"
	"image/draw"
	"slices"
)

// What a paletted picture may hold, and how far apart colours are that both get a place in it while
// others, far from all, wait: 20 of 255 cannot be told in the edge of a line.
const (
	mostColors  = 256
	colorsApart = 20
)

// Paletted gives pictures one palette of at most 256 colours, so that a file of a figure takes less
// than half the room. The colours that cover most stay as they are; the rest, shades in the edges of
// letters and lines, become the nearest of them.
func Paletted(pictures ...image.Image) []*image.Paletted {
	opaque := make([]*image.RGBA, len(pictures))
	count := map[rgb]int{}
	for i, p := range pictures {
		opaque[i] = image.NewRGBA(p.Bounds())
		draw.Draw(opaque[i], p.Bounds(), p, p.Bounds().Min, draw.Src)
		runs(opaque[i], func(c rgb, from, to int) { count[c] += to - from })
	}
	colors := frequent(count)
	nearest := map[rgb]uint8{}
	for c := range count {
		nearest[c] = uint8(nearestOf(colors, c))
	}
	out := make([]*image.Paletted, len(pictures))
	for i, p := range opaque {
		out[i] = image.NewPaletted(p.Bounds(), paletteOf(colors))
		runs(p, func(c rgb, from, to int) {
			index := nearest[c]
			for at := from; at < to; at++ {
				out[i].Pix[at] = index
			}
		})
	}
	return out
}

// rgb is an opaque colour.
type rgb [3]uint8

// runs tells of pixels of one colour, from one up to another in the order of rows: figures have long
// ones.
func runs(p *image.RGBA, tell func(c rgb, from, to int)) {
	n := len(p.Pix) / 4
	for from := 0; from < n; {
		c, to := rgb(p.Pix[4*from:4*from+3]), from+1
		for to < n && rgb(p.Pix[4*to:4*to+3]) == c {
			to++
		}
		tell(c, from, to)
		from = to
	}
}

// distance is the square of the Euclidean one.
func (c rgb) distance(d rgb) int {
	sum := 0
	for i := range c {
		x := int(c[i]) - int(d[i])
		sum += x * x
	}
	return sum
}

// frequent chooses a palette: first the colours that cover most and are apart, then, where places
// are left, the most frequent of the others. Equally frequent ones stand in the order of their values.
func frequent(count map[rgb]int) []rgb {
	all := make([]rgb, 0, len(count))
	for c := range count {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b rgb) int {
		return cmp.Or(count[b]-count[a], slices.Compare(a[:], b[:]))
	})
	var taken, waiting []rgb
	for _, c := range all {
		if len(taken) == mostColors {
			break
		}
		if n := nearestOf(taken, c); n >= 0 && c.distance(taken[n]) < colorsApart*colorsApart {
			waiting = append(waiting, c)
		} else {
			taken = append(taken, c)
		}
	}
	return append(taken, waiting[:min(len(waiting), mostColors-len(taken))]...)
}

// nearestOf is the index of the nearest colour, the first of several, or -1 where there is none.
func nearestOf(colors []rgb, c rgb) int {
	best, least := -1, 0
	for i, d := range colors {
		if n := c.distance(d); best < 0 || n < least {
			best, least = i, n
		}
	}
	return best
}

func paletteOf(colors []rgb) color.Palette {
	out := make(color.Palette, len(colors))
	for i, c := range colors {
		out[i] = color.RGBA{c[0], c[1], c[2], 255}
	}
	return out
}

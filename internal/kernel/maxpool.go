package kernel

import (
	"fmt"
	"math"

	"protobench/internal/team"
)

const (
	poolSide   = 3
	poolStride = 2
)

// MaxPool takes the largest of each 3×3 pixels of maps, with stride 2 and one pixel of padding that
// never counts (He et al. 2016, behind the first convolution). It reads maps behind a ReLU, whose
// numbers are not negative: the zeros of the border are never above them.
type MaxPool struct {
	in, out Map
	from    []uint8 // which of its nine pixels each output is, where a backward pass will ask; the first of equal ones
}

// NewMaxPool returns a max-pool for maps of one shape, which have a halo.
func NewMaxPool(in Map) *MaxPool {
	if in.Halo != 1 || min(in.Images, in.Height, in.Width, in.Channels) < 1 {
		panic(fmt.Sprintf("kernel: a max-pool of maps %+v", in))
	}
	return &MaxPool{in: in, out: Map{in.Images, (in.Height-1)/poolStride + 1, (in.Width-1)/poolStride + 1, in.Channels, 1}}
}

// Output returns the output's maps.
func (p *MaxPool) Output() Map { return p.out }

// Remember has forward passes note what the backward pass needs.
func (p *MaxPool) Remember() { p.from = make([]uint8, p.out.Pixels()*p.out.Channels) }

// Forward sets the interior of y to the largest of maps x. A NaN is larger than any number.
func (p *MaxPool) Forward(team *team.Team, y []float32, x Normed) {
	x.check(p.in)
	p.out.check([][]float32{y}, 0)
	if !x.ReLU {
		panic("kernel: a max-pool of maps that are behind no ReLU")
	}
	_, stages := rooms{a: poolSide * p.in.row()}.take(team)
	defer stages.end()
	team.Do(p.in.Images, func(i int) {
		room, slot := stages.take()
		defer stages.give(slot)
		p.image(y, room.a, &x, i)
	})
}

// image pools one image: its rows stand behind the norm in three rows of room, row y in row y
// modulo three.
func (p *MaxPool) image(y, room []float32, x *Normed, i int) {
	row, ch := p.in.row(), p.in.Channels
	clear(room)
	made := 0
	for oy := range p.out.Height {
		for ; made <= min(poolStride*oy+1, p.in.Height-1); made++ {
			p.in.spanOf(i, made, 1).normed(room, made%poolSide*row+ch, x)
		}
		var rows [poolSide][]float32
		for r := range rows { // one outside of the image is that beside it: it changes nothing, and counts after it
			at := min(max(poolStride*oy-1+r, 0), p.in.Height-1)
			rows[r] = room[at%poolSide*row:][:row]
		}
		out := y[p.out.Row(i, oy):]
		for ox := range p.out.Width {
			at, to := poolStride*ox*ch, ox*ch
			nine := windowOf(rows, at, ch)
			if p.from == nil {
				poolMax(out[to:][:ch], &nine)
			} else {
				poolFrom(out[to:][:ch], p.from[((i*p.out.Height+oy)*p.out.Width+ox)*ch:], &nine)
			}
		}
	}
}

// windowOf are the nine pixels that begin at a float of three rows.
func windowOf(rows [poolSide][]float32, at, ch int) (nine [poolSide * poolSide][]float32) {
	for r, row := range rows {
		for c := range poolSide {
			nine[r*poolSide+c] = row[at+c*ch:][:ch]
		}
	}
	return nine
}

// magnitude orders numbers that are not negative as their bits; the sign is left out, as a zero may
// have one.
func magnitude(x float32) uint32 { return math.Float32bits(x) &^ (1 << 31) }

// poolMax sets y to the largest of nine pixels.
func poolMax(y []float32, nine *[poolSide * poolSide][]float32) {
	for c := range y {
		most := uint32(0)
		for i := range nine {
			most = max(most, magnitude(nine[i][c]))
		}
		y[c] = math.Float32frombits(most)
	}
}

// poolFrom is poolMax, and notes which pixel it is: the first of equal ones.
func poolFrom(y []float32, from []uint8, nine *[poolSide * poolSide][]float32) {
	for c := range y {
		most := uint64(0)
		for i := range nine {
			most = max(most, uint64(magnitude(nine[i][c]))<<8|uint64(len(nine)-1-i))
		}
		y[c], from[c] = math.Float32frombits(uint32(most>>8)), uint8(len(nine)-1)-uint8(most)
	}
}

// Backward sets the interior of dx to the gradient of the maps that the last forward pass read, dy
// being that of its result.
func (p *MaxPool) Backward(team *team.Team, dx, dy []float32) {
	p.in.check([][]float32{dx}, 0)
	p.out.check([][]float32{dy}, 0)
	if p.from == nil {
		panic("kernel: a max-pool was not told to remember")
	}
	team.Do(p.in.Images, func(i int) {
		ch := p.in.Channels
		for y := range p.in.Height {
			clear(dx[p.in.Row(i, y):][:p.in.Width*ch])
		}
		for oy := range p.out.Height {
			g, from := dy[p.out.Row(i, oy):], p.from[(i*p.out.Height+oy)*p.out.Width*ch:]
			for ox := range p.out.Width {
				p.give(dx, g[ox*ch:][:ch], from[ox*ch:], i, oy, ox)
			}
		}
	})
}

// give adds the gradient of one output pixel to the pixels that it is of.
func (p *MaxPool) give(dx, g []float32, from []uint8, i, oy, ox int) {
	ch := p.in.Channels
	for c, v := range g {
		n := int(from[c])
		y := min(max(poolStride*oy-1+n/poolSide, 0), p.in.Height-1)
		x := min(max(poolStride*ox-1+n%poolSide, 0), p.in.Width-1)
		dx[p.in.Row(i, y)+x*ch+c] += v
	}
}

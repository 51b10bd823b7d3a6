package kernel

import (
	"fmt"
	"math"
	"unsafe"
)

// Planes sets r, g and b to the colours of 8-bit pixels [n,3] on the scale 0..1: x/255.
func Planes(r, g, b []float32, pixels []uint8) {
	g, b, pixels = g[:len(r)], b[:len(r)], pixels[:3*len(r)]
	n := whole(len(r), by8)
	if n > 0 {
		l := lanes{blocks: n >> by8}
		l.p[0], l.p[1], l.p[2], l.p[3] = unsafe.Pointer(unsafe.SliceData(pixels)), start(r), start(g), start(b)
		planesAVX2(l.ptr())
	}
	for i := n; i < len(r); i++ {
		r[i], g[i], b[i] = float32(pixels[3*i])/255, float32(pixels[3*i+1])/255, float32(pixels[3*i+2])/255
	}
}

// RowSlack is how many numbers behind the end of rows [Resampler.Rows] and [MixRows] may read, and
// may write.
const RowSlack = 8

// Resampler mixes neighbours along rows: number i of the output is the sum over j < taps of the
// input's number first[i]+j times a weight. Its memory is kept for the next plan.
type Resampler struct {
	first  []int
	weight []float32 // [len(first),taps]
	taps   int
	reach  int      // inputs that a row has
	step   int      // outputs of a group
	table  []uint32 // a record for each group: see resampling
}

// resampling is what resampleAVX2 reads at fixed offsets. A record of the table is eight words of
// which the first one is where in the row its group starts, the places of the eight outputs' first
// inputs behind that, and eight weights for each tap. A group's outputs are eight, or fewer where
// these would start more than seven inputs apart: then the others are written and written over.
type resampling struct {
	out, src, table          unsafe.Pointer
	groups, taps, step       int // step in bytes
	rows, outPitch, srcPitch int // pitches in bytes
}

// Plan prepares rows of inputs numbers: first and weight, [len(first),taps], as [Resampler] has
// them. Both are read as long as the plan is in use. Firsts may rise or fall, but not turn.
func (r *Resampler) Plan(inputs, taps int, first []int, weight []float32) {
	r.first, r.weight, r.taps, r.reach = first, weight[:taps*len(first)], taps, inputs
	for _, f := range first {
		if f < 0 || f+taps > inputs {
			panic(fmt.Sprintf("kernel: %d taps from %d on leave a row of %d", taps, f, inputs))
		}
	}
	if isa == Generic {
		return
	}
	for r.step = 8; r.step > 1 && !r.fits(); r.step /= 2 {
	}
	r.table = r.table[:0]
	for from := 0; from < len(first); from += r.step {
		r.record(from, min(from+r.step, len(first)))
	}
}

// fits reports whether the outputs of each group start within eight inputs.
func (r *Resampler) fits() bool {
	for from := 0; from < len(r.first); from += r.step {
		to := min(from+r.step, len(r.first)) - 1
		if d := r.first[to] - r.first[from]; d > 7 || d < -7 {
			return false
		}
	}
	return true
}

// record appends the record of the outputs [from,to).
func (r *Resampler) record(from, to int) {
	base := min(r.first[from], r.first[to-1])
	r.table = append(r.table, uint32(base), 0, 0, 0, 0, 0, 0, 0)
	for i := from; i < from+8; i++ {
		place := 0
		if i < to {
			place = r.first[i] - base
		}
		r.table = append(r.table, uint32(place))
	}
	for j := range r.taps {
		for i := from; i < from+8; i++ {
			w := float32(0)
			if i < to {
				w = r.weight[i*r.taps+j]
			}
			r.table = append(r.table, math.Float32bits(w))
		}
	}
}

// Rows mixes rows that start pitches apart, from the first one on. Both slices have to go on for
// [RowSlack] numbers behind the last row; what is there in out, and between its rows, is lost.
func (r *Resampler) Rows(out, src []float32, rows, outPitch, srcPitch int) {
	if rows == 0 || len(r.first) == 0 {
		return
	}
	if outPitch < len(r.first) || srcPitch < 0 {
		panic(fmt.Sprintf("kernel: rows of %d numbers with a pitch of %d", len(r.first), outPitch))
	}
	out, src = out[:(rows-1)*outPitch+len(r.first)+RowSlack], src[:(rows-1)*srcPitch+r.reach+RowSlack]
	if isa != Generic {
		p := resampling{
			start(out), start(src), unsafe.Pointer(unsafe.SliceData(r.table)), len(r.table) / (16 + 8*r.taps), r.taps, 4 * r.step,
			rows, 4 * outPitch, 4 * srcPitch,
		}
		resampleAVX2((*byte)(unsafe.Pointer(&p)))
		return
	}
	for row := range rows {
		r.row(out[row*outPitch:], src[row*srcPitch:])
	}
}

func (r *Resampler) row(out, src []float32) {
	for i, first := range r.first {
		w, x := r.weight[i*r.taps:(i+1)*r.taps], src[first:first+r.taps]
		sum := float32(w[0] * x[0])
		for j := 1; j < len(w); j++ {
			sum += float32(w[j] * x[j])
		}
		out[i] = sum
	}
}

// mixture is what mixAVX2 reads at fixed offsets: rows of out, each of which begins at a row of src.
type mixture struct {
	out, src, weights, first unsafe.Pointer
	rows                     int
	wide, narrow             int // blocks of 32 and then of 8 numbers of a row
	taps                     int
	pitch, outPitch          int // of the arrays, in bytes, and of the rows of out
}

// Mix sets out to the sum of as many arrays as there are weights, at least one, each times its
// weight, in their order: the arrays are as long as out, and start pitch numbers apart in src. out
// may not overlap them.
func Mix(out, src []float32, pitch int, weights []float32) {
	src = src[:(len(weights)-1)*pitch+len(out)]
	n := whole(len(out), by8)
	if n > 0 {
		first := 0
		m := mixture{start(out), start(src), start(weights), unsafe.Pointer(&first), 1, n / 32, n % 32 / 8, len(weights), 4 * pitch, 0}
		mixAVX2((*byte)(unsafe.Pointer(&m)))
	}
	mixed(out, src, pitch, weights, n)
}

// mixed is [Mix] from a number on.
func mixed(out, src []float32, pitch int, weights []float32, from int) {
	for i := from; i < len(out); i++ {
		sum := float32(weights[0] * src[i])
		for j := 1; j < len(weights); j++ {
			sum += float32(weights[j] * src[j*pitch+i])
		}
		out[i] = sum
	}
}

// MixRows sets row i of out [len(first),width] to the sum of taps rows of src [·,width] from first[i]
// on, each times its weight [len(first),taps], in their order. Both slices have to go on for
// [RowSlack] numbers behind their last row; what is there in out is lost.
func MixRows(out, src []float32, width int, first []int, weights []float32, taps int) {
	weights = weights[:taps*len(first)]
	if len(first) == 0 || width == 0 {
		return
	}
	last := 0
	for _, f := range first {
		last = max(last, f)
		_ = src[f*width]
	}
	out, src = out[:len(first)*width+RowSlack], src[:(last+taps)*width+RowSlack]
	if isa != Generic {
		blocks := (width + 7) / 8
		m := mixture{start(out), start(src), start(weights), unsafe.Pointer(&first[0]), len(first), blocks / 4, blocks % 4, taps, 4 * width, 4 * width}
		mixAVX2((*byte)(unsafe.Pointer(&m)))
		return
	}
	for i, f := range first {
		mixed(out[i*width:(i+1)*width], src[f*width:], width, weights[i*taps:(i+1)*taps], 0)
	}
}

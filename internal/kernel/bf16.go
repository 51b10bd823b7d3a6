package kernel

import (
	"math"
	"unsafe"
)

// bf16 are the upper sixteen bits of a float32: its exponent, and eight of its 24 digits. Products
// of bf16 are exact in float32, whose sums the kernels keep, so that what they lose is what their
// operands lose when they are rounded.
//
// They lie in pairs, the first in the lower bits, as wide as a float32 and in slices of float32,
// with which nothing may be done but to copy them: k counts pairs in their products, and
// everything else is as in a product of float32. An instruction of AVX512_BF16 takes a pair at
// a time.

// BF16 names the instructions that products of bf16 take, beside the instruction set in use.
const BF16 = "avx512bf16"

// HasBF16 reports whether this process multiplies bf16 by instructions of its processor: it has
// them, and PROTOBENCH_ISA has not chosen other kernels. Where it does not, the same bits come from
// pure Go some hundred times more slowly, which is of use to tests alone.
func HasBF16() bool { return isa == AVX512 && hasBF16 }

// roundBF16 rounds to the nearest bf16, of two to the even one, as VCVTNE2PS2BF16 does: what is
// below the normal numbers becomes zero, and NaN stays one.
func roundBF16(x float32) uint32 {
	u := math.Float32bits(x)
	switch {
	case u&0x7fffffff > 0x7f800000:
		return u>>16 | 0x40
	case u&0x7f800000 == 0:
		return u >> 16 & 0x8000
	}
	return (u + 0x7fff + u>>16&1) >> 16
}

// pairOf puts two rounded numbers beside each other.
func pairOf(first, second float32) float32 {
	return math.Float32frombits(roundBF16(first) | roundBF16(second)<<16)
}

// split are the numbers of a pair.
func split(pair float32) (first, second float32) {
	u := math.Float32bits(pair)
	return math.Float32frombits(u << 16), math.Float32frombits(u & 0xffff0000)
}

// flush sets what is below the normal numbers to zero.
func flush(x float32) float32 {
	if u := math.Float32bits(x); u&0x7f800000 == 0 {
		return math.Float32frombits(u & 0x80000000)
	}
	return x
}

// addPair adds the products of two pairs to a sum as VDPBF16PS does (Intel 64 and IA-32
// Architectures Software Developer's Manual, volume 2): first that of the second numbers, each sum
// rounded to the nearest float32, with all that is below the normal numbers taken for zero, before
// and after. In float64 the products are exact, and so nearly are their sums that rounding twice is
// rounding once.
func addPair(sum, a, b float32) float32 {
	a0, a1 := split(a)
	b0, b1 := split(b)
	sum = addProduct(sum, a1, b1)
	return addProduct(sum, a0, b0)
}

func addProduct(sum, a, b float32) float32 {
	return flush(float32(float64(flush(sum)) + float64(float64(flush(a))*float64(flush(b)))))
}

// pairing is what the kernels that make pairs read at fixed offsets: rows of numbers, where they
// go, and masks for what is left of a row behind whole blocks.
type pairing struct {
	src, next      unsafe.Pointer // the first row, and the one below it (pairBF16)
	pitch          int            // bytes to the row, or the two rows, that come next
	dst            unsafe.Pointer
	step           int // bytes between rows of pairs
	rows, blocks   int // blocks of sixteen pairs
	low, high, out int // what is left: numbers read from either source, and pairs written
	both           int // the row below: all of it, or nothing
}

// lowest is a mask of the n lowest bits, of sixteen.
func lowest(n int) int { return 1<<max(0, min(16, n)) - 1 }

// narrowRows rounds rows of n numbers of src, at a pitch, to pairs of neighbours in dst, at a step
// of pairs: (n+1)/2 a row, the last with zero for what it lacks.
func narrowRows(dst []float32, step int, src []float32, pitch, n, rows int) {
	if n == 0 || rows == 0 {
		return
	}
	_, _ = src[(rows-1)*pitch+n-1], dst[(rows-1)*step+(n+1)/2-1]
	if HasBF16() {
		left := n % 32
		p := pairing{
			src: start(src), pitch: 4 * pitch, dst: start(dst), step: 4 * step, rows: rows, blocks: n / 32,
			low: lowest(left), high: lowest(left - 16), out: lowest((left + 1) / 2),
		}
		narrowBF16((*byte)(unsafe.Pointer(&p)))
		return
	}
	for r := range rows {
		from, to := src[r*pitch:][:n], dst[r*step:]
		for i := 0; i < n; i += 2 {
			second := float32(0)
			if i+1 < n {
				second = from[i+1]
			}
			to[i/2] = pairOf(from[i], second)
		}
	}
}

// pairRows rounds n numbers of each of the rows of first and second, at a pitch, to pairs of what
// lies above each other, in rows of dst at a step. Without a second its place is taken by zeros.
func pairRows(dst []float32, step int, first, second []float32, pitch, n, rows int) {
	if n == 0 || rows == 0 {
		return
	}
	last := (rows-1)*pitch + n - 1
	_, _ = first[last], dst[(rows-1)*step+n-1]
	if second != nil {
		_ = second[last]
	}
	if HasBF16() {
		left := lowest(n % 16)
		p := pairing{
			src: start(first), next: start(first), pitch: 4 * pitch, dst: start(dst), step: 4 * step, rows: rows, blocks: n / 16,
			low: left, out: left,
		}
		if second != nil {
			p.next, p.high, p.both = start(second), left, lowest(16)
		}
		pairBF16((*byte)(unsafe.Pointer(&p)))
		return
	}
	for r := range rows {
		for i := range n {
			below := float32(0)
			if second != nil {
				below = second[r*pitch+i]
			}
			dst[r*step+i] = pairOf(first[r*pitch+i], below)
		}
	}
}

// pairDown rounds rows of n numbers, two of them a pair, to (rows+1)/2 rows of pairs.
func pairDown(dst []float32, step int, src []float32, pitch, n, rows int) {
	if rows > 1 {
		pairRows(dst, step, src, src[pitch:], 2*pitch, n, rows/2)
	}
	if rows%2 > 0 {
		pairRows(dst[rows/2*step:], step, src[(rows-1)*pitch:], nil, 0, n, 1)
	}
}

// runPairs is run for pairs of bf16.
func (t *tile) runPairs(groups, halves int) {
	if HasBF16() {
		t.runBF16(groups, halves)
		return
	}
	for g := range groups {
		for r := range 4 {
			t.rowOfPairs(g, r, halves*halfCols)
		}
	}
}

// rowOfPairs is the twin of the assembly for one row.
func (t *tile) rowOfPairs(g, r, cols int) {
	var sum [tileCols]float32
	a, b := r*t.rs, 0 // offsets: a pointer past the last element must not be formed
	for range t.runs {
		for range t.runLen {
			x, row := *(*float32)(unsafe.Add(t.a[g], a)), unsafe.Slice((*float32)(unsafe.Add(t.b, b)), cols)
			for j, y := range row {
				sum[j] = addPair(sum[j], x, y)
			}
			a, b = a+t.ks, b+t.bs
		}
		a, b = a+t.aSkip, b+t.bSkip
	}
	c := unsafe.Slice((*float32)(unsafe.Add(t.c[g], r*t.cs)), cols)
	for j := range c {
		switch t.acc {
		case accC:
			sum[j] += c[j]
		case accRow:
			sum[j] += *(*float32)(unsafe.Add(t.row, 4*j))
		}
		c[j] = sum[j]
	}
}

package kernel

import (
	"fmt"
	"unsafe"
)

// columns is what the column kernels read at fixed offsets: matrices x, y, z of [rows,channels]
// (and out, in v3), per-channel vectors, and the part of the channels that comes in blocks of eight.
type columns struct {
	x, y, z             unsafe.Pointer
	v0, v1, v2, v3      unsafe.Pointer
	rows, pitch, blocks int
}

func (c *columns) ptr() *byte { return (*byte)(unsafe.Pointer(c)) }

func ptr(x []float32) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(x)) }

// vector returns how many of the channels the assembly takes; the rest is left to Go.
func vector(rows, channels int) int {
	if isa == Generic || rows == 0 {
		return 0
	}
	return channels / 8 * 8
}

// check panics unless each matrix holds rows·channels numbers and each vector channels.
func check(rows, channels int, matrices, vectors [][]float32) {
	for _, m := range matrices {
		if len(m) < rows*channels {
			panic(fmt.Sprintf("kernel: %d numbers for [%d,%d]", len(m), rows, channels))
		}
	}
	for _, v := range vectors {
		if len(v) < channels {
			panic(fmt.Sprintf("kernel: %d numbers for %d channels", len(v), channels))
		}
	}
}

// ColumnSums sets sum[c] = Σ (x[r,c]-shift[c]) and sumSq[c] = Σ (x[r,c]-shift[c])² over the rows of
// x [rows,channels], in row order. A shift near the mean keeps the variance accurate.
func ColumnSums(x []float32, rows, channels int, shift, sum, sumSq []float32) {
	check(rows, channels, [][]float32{x}, [][]float32{shift, sum, sumSq})
	v := vector(rows, channels)
	if v > 0 {
		c := columns{x: ptr(x), v0: ptr(shift), v1: ptr(sum), v2: ptr(sumSq), rows: rows, pitch: 4 * channels, blocks: v / 8}
		colSumsAVX2(c.ptr())
	}
	for j := v; j < channels; j++ {
		var s, q float32
		for r := range rows {
			d := x[r*channels+j] - shift[j]
			s += d
			q += float32(d * d)
		}
		sum[j], sumSq[j] = s, q
	}
}

// chunkRows is how many rows of a matrix the element-wise kernels take at a time: their lanes walk down the rows, and
// what one block of channels has read should still be in the cache for the next.
func chunkRows(channels int) int { return max(1, 16384/(4*channels)) }

// Affine sets y = x·scale + shift per column of x [rows,channels]; with relu, max(0, ·).
func Affine(team *Team, y, x []float32, rows, channels int, scale, shift []float32, relu bool) {
	check(rows, channels, [][]float32{y, x}, [][]float32{scale, shift})
	n := chunkRows(channels)
	team.Do((rows+n-1)/n, func(i int) {
		at := i * n * channels
		affine(y[at:], x[at:], min(n, rows-i*n), channels, scale, shift, relu)
	})
}

func affine(y, x []float32, rows, channels int, scale, shift []float32, relu bool) {
	v := vector(rows, channels)
	if v > 0 {
		c := columns{x: ptr(x), y: ptr(y), v0: ptr(scale), v1: ptr(shift), rows: rows, pitch: 4 * channels, blocks: v / 8}
		if relu {
			affineReLUAVX2(c.ptr())
		} else {
			affineAVX2(c.ptr())
		}
	}
	for r := range rows {
		for j := v; j < channels; j++ {
			z := float32(x[r*channels+j]*scale[j]) + shift[j]
			if relu {
				z = max(0, z)
			}
			y[r*channels+j] = z
		}
	}
}

// NormBackwardSums sets sum[c] = Σ g and dot[c] = Σ g·(x-mean[c]) for g = dy where y > 0, else 0:
// the two sums of batch normalisation's backward pass through a fused ReLU. All matrices are [rows,channels].
func NormBackwardSums(x, y, dy []float32, rows, channels int, mean, sum, dot []float32) {
	check(rows, channels, [][]float32{x, y, dy}, [][]float32{mean, sum, dot})
	v := vector(rows, channels)
	if v > 0 {
		c := columns{x: ptr(x), y: ptr(y), z: ptr(dy), v0: ptr(mean), v1: ptr(sum), v2: ptr(dot), rows: rows, pitch: 4 * channels, blocks: v / 8}
		normSumsAVX2(c.ptr())
	}
	for j := v; j < channels; j++ {
		var s, q float32
		for i := j; i < rows*channels; i += channels {
			if y[i] > 0 {
				s += dy[i]
				q += float32(dy[i] * (x[i] - mean[j]))
			}
		}
		sum[j], dot[j] = s, q
	}
}

// NormBackwardApply sets dx = g·a + (x·b + k) per column, g as in [NormBackwardSums]. dx may be dy.
func NormBackwardApply(team *Team, dx, x, y, dy []float32, rows, channels int, a, b, k []float32) {
	check(rows, channels, [][]float32{dx, x, y, dy}, [][]float32{a, b, k})
	n := chunkRows(channels)
	team.Do((rows+n-1)/n, func(i int) {
		at := i * n * channels
		normApply(dx[at:], x[at:], y[at:], dy[at:], min(n, rows-i*n), channels, a, b, k)
	})
}

func normApply(dx, x, y, dy []float32, rows, channels int, a, b, k []float32) {
	v := vector(rows, channels)
	if v > 0 {
		c := columns{x: ptr(x), y: ptr(y), z: ptr(dy), v0: ptr(a), v1: ptr(b), v2: ptr(k), v3: ptr(dx), rows: rows, pitch: 4 * channels, blocks: v / 8}
		normApplyAVX2(c.ptr())
	}
	for j := v; j < channels; j++ {
		for i := j; i < rows*channels; i += channels {
			z := float32(x[i]*b[j]) + k[j]
			if y[i] > 0 {
				z += float32(dy[i] * a[j])
			}
			dx[i] = z
		}
	}
}

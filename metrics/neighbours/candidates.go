package neighbours

import (
	"math"
	"slices"

	"protobench/internal/kernel"
)

// candidates gathers what may be among the k nearest rows of a bank. Each is one number, whose order
// is that of neighbours: the nearer is the larger, and of equals the one with the lower index.
type candidates struct {
	keys   []uint64
	bound  float32 // a row has to be nearer than this
	full   bool    // k have been found, and the bound is that of the last
	sorted []Near
}

// keyOf is the number of a candidate.
func keyOf(cos float32, index int) uint64 {
	bits := math.Float32bits(cos + 0) // -0 is 0
	if bits>>31 == 0 {
		bits |= 1 << 31
	} else {
		bits = ^bits
	}
	return uint64(bits)<<32 | uint64(math.MaxUint32-uint32(index))
}

// nearOf undoes keyOf.
func nearOf(key uint64) Near {
	bits := uint32(key >> 32)
	if bits>>31 == 1 {
		bits &^= 1 << 31
	} else {
		bits = ^bits
	}
	return Near{Index: int(math.MaxUint32 - uint32(key)), Cosine: math.Float32frombits(bits)}
}

// look takes the cosines of bank rows first, first+1, … A later row has to be strictly nearer to
// displace an earlier one.
func (l *candidates) look(cos []float32, first, k int) {
	if l.keys == nil {
		l.keys = make([]uint64, 0, max(2*k, runLength))
	}
	for lo := 0; lo < len(cos); lo += runLength {
		run := cos[lo:min(lo+runLength, len(cos))]
		if l.full && kernel.Max(run) <= l.bound {
			continue
		}
		for j, c := range run {
			if l.full && c <= l.bound {
				continue
			}
			if len(l.keys) == cap(l.keys) {
				l.shrink(k)
				if c <= l.bound {
					continue
				}
			}
			l.keys = append(l.keys, keyOf(c, first+lo+j))
		}
	}
}

// shrink leaves the k nearest.
func (l *candidates) shrink(k int) {
	last := largestFirst(l.keys, k)
	l.keys, l.bound, l.full = l.keys[:k], nearOf(last).Cosine, true
}

// end sorts the k nearest and lets the room go.
func (l *candidates) end(k int) {
	slices.Sort(l.keys)
	slices.Reverse(l.keys)
	l.sorted = make([]Near, min(k, len(l.keys)))
	for i := range l.sorted {
		l.sorted[i] = nearOf(l.keys[i])
	}
	l.keys = nil
}

// largestFirst moves the k largest of v, which are all different, to its front, in any order, and
// returns the least of them (Hoare 1961); k is at least 1 and at most their number.
func largestFirst(v []uint64, k int) uint64 {
	lo, hi := 0, len(v)-1
	for lo < hi {
		pivot := middle(v[lo], v[lo+(hi-lo)/2], v[hi])
		i, j := lo, hi
		for i <= j {
			for v[i] > pivot {
				i++
			}
			for v[j] < pivot {
				j--
			}
			if i <= j {
				v[i], v[j] = v[j], v[i]
				i++
				j--
			}
		}
		switch {
		case k-1 <= j:
			hi = j
		case k-1 >= i:
			lo = i
		default:
			return v[k-1]
		}
	}
	return v[k-1]
}

// middle is the middle one of three.
func middle(a, b, c uint64) uint64 { return max(min(a, b), min(max(a, b), c)) }

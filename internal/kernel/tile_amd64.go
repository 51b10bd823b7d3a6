//go:build amd64 && !noasm

package kernel

import "unsafe"

func (t *tile) ptr() *byte { return (*byte)(unsafe.Pointer(t)) }

// runAVX512 covers one or both halves of the tile.
func (t *tile) runAVX512(groups, halves int) {
	switch 3*(halves-1) + groups {
	case 1:
		tile4x16avx512(t.ptr())
	case 2:
		tile8x16avx512(t.ptr())
	case 3:
		tile12x16avx512(t.ptr())
	case 4:
		tile4x32avx512(t.ptr())
	case 5:
		tile8x32avx512(t.ptr())
	default:
		tile12x32avx512(t.ptr())
	}
}

// runAVX2 covers one or both halves of the tile with 6×16 pieces (twelve accumulators of eight
// lanes), which need two groups' pointers each: rows 0–5 are group 0 and half of group 1, rows 6–11
// the rest.
func (t *tile) runAVX2(groups, halves int) {
	for h := range halves {
		s := *t
		s.b = unsafe.Add(t.b, 64*h)
		if t.acc == accRow {
			s.row = unsafe.Add(t.row, 64*h)
		}
		for g := range groups { // an unused group has no pointer to move
			s.c[g] = unsafe.Add(t.c[g], 64*h)
		}
		if groups == 3 {
			tile6x16avx2(s.ptr())
			s.a[0], s.c[0] = t.a[2], s.c[2]
			s.a[1], s.c[1] = unsafe.Add(t.a[1], 2*t.rs), unsafe.Add(s.c[1], 2*t.cs)
			tile6x16avx2(s.ptr())
			continue
		}
		tile4x16avx2(s.ptr())
		if groups == 2 {
			s.a[0], s.c[0] = t.a[1], s.c[1]
			tile4x16avx2(s.ptr())
		}
	}
}

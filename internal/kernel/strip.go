package kernel

import "unsafe"

// group is where the first of four rows of A begins, and where its row of C does: bytes from the
// start of both.
type group struct{ a, c int32 }

// tileGroups is the number of groups of a full tile.
const tileGroups = tileRows / 4

// strip is a product of many groups of rows, which lie anywhere, with one panel of B of 16 or 32
// columns, read by the assembly at fixed offsets: one call for all tiles of an image. Sums are
// those of [tile], which it begins with.
type strip struct {
	a, b, c      unsafe.Pointer
	list         unsafe.Pointer // [tiles][tileGroups]group
	tiles        int
	rs, cs       int // pitches of A's and C's rows inside a group, in bytes; numbers of A lie side by side
	runs, runLen int // k = runs · runLen
	aSkip        int // bytes added after each run
	mask         int // lanes of the last sixteen columns that are written; 0: all of them
	width, cols  int // columns of the panel, and of C
}

// halves is how many times sixteen columns the panel has.
func (s *strip) halves() int { return s.width / halfCols }

// run multiplies the rows of groups.
func (s *strip) run(groups []group) {
	whole := len(groups) / tileGroups * tileGroups
	s.full(groups[:whole])
	if rest := groups[whole:]; len(rest) > 0 {
		last := [tileGroups]group{rest[0], rest[0], rest[0]} // what is computed twice is the same
		copy(last[:], rest)
		s.full(last[:])
	}
}

// full is run on groups that fill tiles.
func (s *strip) full(groups []group) {
	if len(groups) == 0 {
		return
	}
	if isa == AVX512 {
		s.list, s.tiles, s.mask = unsafe.Pointer(&groups[0]), len(groups)/tileGroups, 1<<(s.cols%halfCols)-1
		s.runAVX512()
		return
	}
	s.tilewise(groups, 4)
}

// tilewise runs a tile for three groups at a time and writes so many rows of each group, through
// scratch where a tile is larger than what is to be written.
func (s *strip) tilewise(groups []group, rows int) {
	room := corners.Get()
	defer corners.Put(room)
	t := tile{b: s.b, rs: s.rs, ks: 4, bs: 4 * s.width, runs: s.runs, runLen: s.runLen, aSkip: s.aSkip, cs: s.cs}
	through := rows < 4 || s.cols < s.width
	if through {
		t.cs = 4 * tileCols
	}
	if rows == 1 { // the others are that row again
		t.rs = 0
	}
	for len(groups) > 0 {
		n := min(tileGroups, len(groups))
		for i, g := range groups[:n] {
			t.a[i], t.c[i] = unsafe.Add(s.a, g.a), unsafe.Add(s.c, g.c)
			if through {
				t.c[i] = unsafe.Pointer(&room[4*i*tileCols])
			}
		}
		t.run(n, s.width)
		if through {
			for i, g := range groups[:n] {
				s.copy(room[4*i*tileCols:], unsafe.Add(s.c, g.c), rows)
			}
		}
		groups = groups[n:]
	}
}

// copy writes rows of a tile to a group of C.
func (s *strip) copy(from []float32, c unsafe.Pointer, rows int) {
	for r := range rows {
		copy(unsafe.Slice((*float32)(unsafe.Add(c, r*s.cs)), s.cols), from[r*tileCols:])
	}
}

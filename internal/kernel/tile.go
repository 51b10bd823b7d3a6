package kernel

import "unsafe"

const (
	tileRows = 12 // rows of the largest register tile: three groups of four
	tileCols = 32 // columns of a register tile and width of a packed panel of B
)

// tile is one register tile of a product C[4·groups,32] (+)= A·B, read by the assembly at fixed
// offsets. Rows come in groups of four at equal pitch, each group with a base of its own, and k
// comes in runs: so the same kernel serves matrix products, convolutions that read the image in
// place (a run is a kernel row) and their weight gradients (a run is a row of pixels). Each sum is
// one chain of fused multiply-adds in k order, starting from zero, to which C or a row is added at
// the end (acc): the same bits for every instruction set and every tiling, and C has time to
// arrive.
type tile struct {
	a            [3]unsafe.Pointer // first element of each group's first row
	rs, ks       int               // pitch of A's rows inside a group, and of k, in bytes
	b            unsafe.Pointer    // first of 32 columns
	bs           int               // pitch of B's rows, in bytes
	runs, runLen int               // k = runs · runLen
	aSkip, bSkip int               // bytes added after each run
	c            [3]unsafe.Pointer // first element of each group's first row
	cs           int               // pitch of C's rows inside a group, in bytes
	acc          int               // 1: add to C; 2: C begins with row
	row          unsafe.Pointer    // 32 numbers (accRow)
	pairs        bool              // A and B are pairs of bf16, which k counts
}

// What is added to a tile's sums (acc).
const (
	accC   = 1
	accRow = 2
)

// halfCols is the width of a tile that leaves the second half of a panel alone.
const halfCols = tileCols / 2

// run multiplies groups (1..3) groups of four rows with the first cols columns of the panel, of
// which it computes and writes 16 or 32.
func (t *tile) run(groups, cols int) {
	if t.runs == 0 || t.runLen == 0 {
		return
	}
	halves := (cols + halfCols - 1) / halfCols
	switch {
	case t.pairs:
		t.runPairs(groups, halves)
	case isa == AVX512:
		t.runAVX512(groups, halves)
	case isa == AVX2:
		t.runAVX2(groups, halves)
	default:
		t.runGeneric(groups, halves*halfCols)
	}
}

// runGeneric is the twin of the assembly without fused multiply-adds.
func (t *tile) runGeneric(groups, cols int) {
	for g := range groups {
		for r := range 4 {
			var sums [tileCols]float32
			sum := sums[:cols]
			a, b := r*t.rs, 0 // offsets: a pointer past the last element must not be formed
			for range t.runs {
				for range t.runLen {
					x, row := *(*float32)(unsafe.Add(t.a[g], a)), floatsAt(unsafe.Add(t.b, b), cols)
					for j, v := range row {
						sum[j] += float32(x * v)
					}
					a, b = a+t.ks, b+t.bs
				}
				a, b = a+t.aSkip, b+t.bSkip
			}
			c := floatsAt(unsafe.Add(t.c[g], r*t.cs), cols)
			switch t.acc {
			case accC:
				add(sum, c)
			case accRow:
				add(sum, floatsAt(t.row, cols))
			}
			copy(c, sum)
		}
	}
}

// floatsAt are n numbers from p on.
func floatsAt(p unsafe.Pointer, n int) []float32 { return unsafe.Slice((*float32)(p), n) }

func add(sum, x []float32) {
	for j, v := range x {
		sum[j] += v
	}
}

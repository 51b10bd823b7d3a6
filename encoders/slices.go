package encoders

import (
	"protobench/internal/kernel"
	"protobench/internal/team"
)

// sliceRows is how many rows of a matrix have their column sums taken in float32 before they are
// added in float64.
const sliceRows = 64

// slicedSums are column sums over the rows of a batch: each slice of rows has sums of its own,
// which are added up in the slices' order, so that they depend on the shape alone.
type slicedSums struct {
	rows, size, cols int
	part             []float32 // [slices,cols]
	sum              []float64
}

func newSlicedSums(rows, size, cols int) *slicedSums {
	return &slicedSums{rows: rows, size: size, cols: cols, part: make([]float32, (rows+size-1)/size*cols), sum: make([]float64, cols)}
}

// own returns the sums of the slice that begins with row lo, zeroed.
func (s *slicedSums) own(lo int) []float32 {
	own := s.part[lo/s.size*s.cols:][:s.cols]
	clear(own)
	return own
}

// total sets dst to the sums of columns from on.
func (s *slicedSums) total(team *team.Team, dst []float32, from int) {
	team.Chunks(len(dst), 256, func(lo, hi int) {
		sum := s.sum[from+lo : from+hi]
		clear(sum)
		for at := from; at < len(s.part); at += s.cols {
			kernel.AddWide(sum, s.part[at+lo:at+hi])
		}
		for j, v := range sum {
			dst[lo+j] = float32(v)
		}
	})
}

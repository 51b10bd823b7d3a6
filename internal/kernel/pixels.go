package kernel

const (
	imageBlock = 3        // images of a task: a multiple of a tile's groups, so that no tile of a full block is left half empty
	imageGroup = tileRows // images of a task whose rows are too narrow for groups of neighbours
)

// grid says where pixels lie: the first of image 0, and the steps to the next image, row and
// pixel, in floats.
type grid struct{ first, image, row, col int }

func (g grid) at(image, y, x int) int { return g.first + image*g.image + y*g.row + x*g.col }

// pixels are the h×w places of a product's rows in each image: where a row of A begins in the maps
// that are read, and where the row of C in those that are written.
type pixels struct {
	h, w int
	a, c grid
}

// group is the group of rows that begins at a pixel.
func (p pixels) group(image, y, x int) group {
	return group{a: int32(4 * p.a.at(image, y, x)), c: int32(4 * p.c.at(image, y, x))}
}

// neighbours lists an image's groups of four neighbours in a row.
func (p pixels) neighbours(image int) (list []group) {
	for y := range p.h {
		for x := 0; x+4 <= p.w; x += 4 {
			list = append(list, p.group(image, y, x))
		}
	}
	return list
}

// singles lists an image's pixels from column x on, one by one.
func (p pixels) singles(image, x int) (list []group) {
	for y := range p.h {
		for x := x; x < p.w; x++ {
			list = append(list, p.group(image, y, x))
		}
	}
	return list
}

package datasets

import (
	"image"
	"image/color"
)

// Sheet lays images out in rows on white, each magnified by a whole number to 64 pixels or more on
// its shorter side: a row is a list of pixels, [height,width,channels] each. Rows of different
// lengths are allowed.
func Sheet(rows [][][]uint8, height, width, channels int) image.Image {
	const least, gap = 64, 4
	scale := max(1, (least+min(height, width)-1)/min(height, width))
	columns := 0
	for _, row := range rows {
		columns = max(columns, len(row))
	}
	out := image.NewRGBA(image.Rect(0, 0, columns*(width*scale+gap)+gap, len(rows)*(height*scale+gap)+gap))
	for i := range out.Pix {
		out.Pix[i] = 0xff
	}
	for r, row := range rows {
		for c, pix := range row {
			left, top := gap+c*(width*scale+gap), gap+r*(height*scale+gap)
			for y := range height * scale {
				for x := range width * scale {
					p := pix[(y/scale*width+x/scale)*channels:]
					out.SetRGBA(left+x, top+y, color.RGBA{p[0], p[channels/2], p[channels-1], 0xff})
				}
			}
		}
	}
	return out
}

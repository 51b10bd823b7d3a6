package datasets

import "protobench/datasets/files"

// imagesOf makes images without labels out of an array, whose data are used up.
func imagesOf(a *files.Array) (Images, error) {
	p, err := a.Pixels()
	return Images{Height: p.Height, Width: p.Width, Channels: p.Channels, Pixels: p.Data}, err
}

// transpose turns rows into columns, image by image.
func (im *Images) transpose() {
	h, w, c := im.Height, im.Width, im.Channels
	old := make([]uint8, h*w*c)
	for from := 0; from < len(im.Pixels); from += len(old) {
		image := im.Pixels[from:][:len(old)]
		copy(old, image)
		for y := range h {
			for x := range w {
				copy(image[(x*h+y)*c:][:c], old[(y*w+x)*c:])
			}
		}
	}
	im.Height, im.Width = w, h
}

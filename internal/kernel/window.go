package kernel

// window holds the images that a task reads at a time, with a border of zeros: image i at number
// i-first modulo their count. Maps that are not deferred are all there.
type window struct {
	maps        Map // the images in the window
	data        []float32
	of          Map // all images
	from        Normed
	first, next int // where it began, and the image to be made next
}

// newWindow returns a window over room for so many images.
func newWindow(of Map, from Normed, images int, room []float32) window {
	w := window{maps: of, data: from.X, of: of, from: from}
	if from.deferred() {
		w.maps.Images, w.data = images, room
		for i := range images {
			w.maps.clearHalo(room[i*of.image():][:of.image()])
		}
	}
	return w
}

// windowLen is the room that a window needs.
func windowLen(of Map, from Normed, images int) int {
	if !from.deferred() {
		return 0
	}
	of.Images = images
	return of.Len() + Slack
}

// start moves the window to where an image is the first.
func (w *window) start(image int) {
	if w.from.deferred() {
		w.first, w.next = image, image
	}
}

// at returns where an image begins, border included.
func (w *window) at(image int) int { return (image - w.first) % w.maps.Images * w.maps.image() }

// reach makes the images up to and with the last: in order, and no more at a time than the window
// holds.
func (w *window) reach(last int) {
	if !w.from.deferred() {
		return
	}
	for ; w.next <= last; w.next++ {
		w.image(w.next)
	}
}

func (w *window) image(i int) {
	image := w.of.span(i)
	for s := range image.pieces() {
		s.normed(w.data, w.at(i)+w.of.Row(0, 0)+s.at-image.at, &w.from)
	}
}

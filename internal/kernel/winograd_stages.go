package kernel

// rooms of a pass whose spectrum (or sums) takes n floats, and its planes a and b, over maps of
// which a window holds so many images.
func (w *winograd) rooms(n, a, b int, of Map, from Normed, images int) rooms {
	edge := w.frequencies() * max(w.input.Channels, w.output.Channels)
	return rooms{shared: n, a: a, b: b, edge: edge, of: of, from: from, images: images}
}

// touched is how many images a run of so many tiles may reach into.
func (w *winograd) touched(tiles int) int {
	each := w.tilesY * w.tilesX
	return min(w.input.Images, (tiles+each-2)/each+1)
}

// planes is a buffer [frequencies][rows][pitch] whose pitches keep rows and planes from falling
// into the same few cache sets.
type planes struct {
	count int // frequencies
	pitch int // between rows, in floats
	plane int // between frequencies, in floats
}

func (w *winograd) planes(rows, channels int) planes {
	pitch := (channels+tileCols-1)/tileCols*tileCols + 16
	return planes{count: w.frequencies(), pitch: pitch, plane: spread(rows * pitch)}
}

// spread rounds a plane's length up such that 16 or 36 planes start in different cache sets.
func spread(n int) int { return (n+1023)/1024*1024 + 80 }

func (p planes) len() int { return p.count*p.plane + Slack }

package encoded

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"sync"

	"protobench/datasets/files"
)

// largePixels is the number from which images are decoded one at a time, so that few are in memory
// decoded.
const largePixels = 1 << 24

// sheet is one image on its way through decoding.
type sheet struct {
	path  string
	data  []byte
	at    int64 // where its pixels belong
	large bool
}

// decode decodes all images that are used and writes each where it belongs. One goroutine reads
// ahead of those that decode, by no more images than there are of them. The order of work changes
// nothing.
func (b *builder) decode(w io.WriterAt, from int64) error {
	image := int64(b.channels * b.side(0) * b.side(1))
	sheets := make(chan sheet)
	d := &decoder{w: w, size: b.size, channels: b.channels}
	var crew sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		crew.Go(func() { d.work(sheets) })
	}
	i := 0
	err := b.gallery.scan(func(e Image) error {
		if i >= len(b.pictures) || b.pictures[i].name != e.name || b.pictures[i].sum != e.sum() {
			return fmt.Errorf("%s: changed while it was read; start again", e.path)
		}
		p := b.pictures[i]
		i++
		if p.at >= 0 {
			sheets <- sheet{e.path, bytes.Clone(e.data), from + int64(p.at)*image, files.Product(p.width, p.height) > largePixels}
		}
		return d.failed()
	})
	close(sheets)
	crew.Wait()
	if err != nil {
		return err
	}
	return d.result()
}

// side is the height (0) or width (1) of decoded images.
func (b *builder) side(axis int) int {
	if b.size > 0 {
		return b.size
	}
	return [2]int{b.pictures[0].height, b.pictures[0].width}[axis]
}

// decoder is what the goroutines that decode share.
type decoder struct {
	w              io.WriterAt
	size, channels int
	large          sync.Mutex // held while a large image is decoded

	mu  sync.Mutex
	bad BrokenError
	err error // of writing
}

func (d *decoder) work(sheets <-chan sheet) {
	for s := range sheets {
		pix, err := d.pixels(s)
		if err != nil {
			d.mu.Lock()
			d.bad.add(s.path, err)
			d.mu.Unlock()
			continue
		}
		if _, err := d.w.WriteAt(pix, s.at); err != nil {
			d.mu.Lock()
			d.err = err
			d.mu.Unlock()
		}
	}
}

// pixels decodes one image to its final size.
func (d *decoder) pixels(s sheet) ([]uint8, error) {
	if s.large {
		d.large.Lock()
		defer d.large.Unlock()
	}
	r, err := decodeImage(s.data, d.channels)
	if err != nil {
		return nil, err
	}
	if d.size > 0 {
		r = r.fit(d.size)
	}
	return r.Pix, nil
}

// failed is an error of writing, after which it is no use to go on.
func (d *decoder) failed() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.err
}

func (d *decoder) result() error {
	if d.err != nil {
		return d.err
	}
	if len(d.bad.Files) > 0 {
		return &d.bad
	}
	return nil
}

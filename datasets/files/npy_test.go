package files

import (
	"bytes"
	"testing"

	"protobench/datasets/internal/fixture"
	"protobench/internal/frugal"
)

func FuzzNPY(f *testing.F) {
	f.Add(fixture.NPY("|u1", fixture.UpTo256(12), 2, 2, 3))
	f.Add(fixture.NPY(">f8", make([]byte, 96), 2, 2, 3))
	f.Add(fixture.NPY("<i8", make([]byte, 16), 2, 1))
	f.Fuzz(func(t *testing.T, b []byte) {
		defer frugal.Bound(t, len(b))()
		a, err := readNPY(bytes.NewReader(b), stored{}, "f", float64(len(b)))
		if err != nil {
			return
		}
		if float64(a.len()) != Product(a.Shape...) {
			t.Errorf("shape %v with %d values", a.Shape, a.len())
		}
		if len(a.Shape) > 0 {
			_, _ = a.Labels(a.Shape[0])
		}
		if im, err := a.Pixels(); err == nil && len(im.Data)%(im.Height*im.Width*im.Channels) != 0 {
			t.Errorf("%d bytes of images of %d×%d×%d", len(im.Data), im.Height, im.Width, im.Channels)
		}
	})
}

package encoded

import (
	"image/color"
	"strings"
	"testing"

	"protobench/datasets/files"
	"protobench/datasets/internal/fixture"
)

// twoFaced shows other images the second time.
type twoFaced struct {
	images [][]byte
	scans  int
}

func (f *twoFaced) files() ([]stamp, error) { return nil, nil }

func (f *twoFaced) names() (classes, fine []string) { return nil, nil }

func (f *twoFaced) scan(visit func(Image) error) error {
	f.scans++
	return visit(Image{name: "a", path: "a", label: 0, fineLabel: -1, data: f.images[f.scans-1]})
}

func TestImagesThatChangeWhileTheyAreReadAreRefused(t *testing.T) {
	p, err := files.OpenLocation(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	b := builder{place: p, gallery: &twoFaced{images: [][]byte{fixture.PNG(t, fixture.Gradient(2, 2)), fixture.PNG(t, fixture.Plain(2, 2, color.White))}}}
	a, err := b.plan("key")
	if err != nil {
		t.Fatal(err)
	}
	if err := b.decode(make(memory, a.image()), 0); err == nil || !strings.Contains(err.Error(), "changed while it was read") {
		t.Errorf("got %v", err)
	}
}

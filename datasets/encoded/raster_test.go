package encoded

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/image/bmp"

	"protobench/datasets/files"
	"protobench/datasets/internal/fixture"
	"protobench/internal/frugal"
)

// TestImageKinds decodes what Go's own writers make of gray, palette, alpha, 16 bits and the
// formats.
func TestImageKinds(t *testing.T) {
	gray := image.NewGray(image.Rect(0, 0, 2, 1))
	gray.Pix = []uint8{7, 200}
	wide := image.NewNRGBA64(image.Rect(0, 0, 2, 1))
	wide.SetNRGBA64(0, 0, color.NRGBA64{0x1234, 0x5678, 0x9abc, 0x1000})
	palette := image.NewPaletted(image.Rect(0, 0, 2, 1), color.Palette{color.NRGBA{1, 2, 3, 0}, color.NRGBA{250, 251, 252, 255}})
	palette.Pix = []uint8{1, 0}
	alpha := image.NewNRGBA(image.Rect(0, 0, 2, 1))
	alpha.Pix = []uint8{10, 20, 30, 0, 40, 50, 60, 128}
	for name, c := range map[string]struct {
		file     []byte
		channels int
		want     []uint8
	}{
		"gray":             {fixture.PNG(t, gray), 1, []uint8{7, 200}},
		"gray as colour":   {fixture.PNG(t, gray), 3, []uint8{7, 7, 7, 200, 200, 200}},
		"16 bits":          {fixture.PNG(t, wide), 3, []uint8{0x12, 0x56, 0x9a, 0, 0, 0}},
		"palette":          {fixture.PNG(t, palette), 3, []uint8{250, 251, 252, 1, 2, 3}},
		"alpha":            {fixture.PNG(t, alpha), 3, []uint8{10, 20, 30, 40, 50, 60}},
		"gif":              {fixture.Encode(t, func(b *bytes.Buffer) error { return gif.Encode(b, palette, nil) }), 3, []uint8{250, 251, 252, 0, 0, 0}},
		"bmp":              {fixture.Encode(t, func(b *bytes.Buffer) error { return bmp.Encode(b, fixture.Gradient(2, 1)) }), 3, []uint8{0, 0, 9, 1, 0, 9}},
		"jpeg":             {fixture.Encode(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, fixture.Plain(2, 1, color.Gray{90}), nil) }), 3, []uint8{90, 90, 90, 90, 90, 90}},
		"PNG called .jpeg": {fixture.PNG(t, fixture.Gradient(2, 1)), 3, []uint8{0, 0, 9, 1, 0, 9}},
	} {
		r, err := decodeImage(c.file, c.channels)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if name == "gif" { // what is transparent has no colour in GIF
			r.Pix, c.want = r.Pix[:3], c.want[:3]
		}
		if diff := cmp.Diff(c.want, r.Pix); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestFolderByPillow compares with what Pillow reads, turns and scales, pixel by pixel.
func TestFolderByPillow(t *testing.T) {
	fixture.OwnCache(t)
	dir := t.TempDir()
	fixture.Python(t, `
import numpy as np, sys, os
from PIL import Image, ImageOps
root = sys.argv[1]
os.makedirs(root + "/set/a"); os.makedirs(root + "/set/b"); os.makedirs(root + "/want")
r = np.random.RandomState(0)
def photo(w, h):
    y, x = np.mgrid[0:h, 0:w]
    return np.clip(np.stack([x * 3, y * 2, 60 + 50 * np.sin(x / 5.0) * np.cos(y / 7.0)], 2) + r.randint(0, 20, (h, w, 3)), 0, 255).astype("u1")
n = 0
def put(im, ext, want=None, **kw):
    global n
    path = "%s/set/%s/%03d.%s" % (root, "ab"[n % 2], n, ext)
    im.save(path, **kw)
    back = ImageOps.exif_transpose(Image.open(path))
    if back.mode == "P" : back = back.convert("RGBA")
    back = Image.fromarray(np.asarray(back)[..., :3]) if back.mode == "RGBA" else back.convert("RGB")
    w, h = back.size
    w, h = (24, int(24 * h / w)) if w < h else (int(24 * w / h), 24)
    back = back.resize((w, h), Image.BILINEAR)
    left, top = int(round((w - 24) / 2.0)), int(round((h - 24) / 2.0))
    np.save("%s/want/%03d.npy" % (root, n), np.asarray(back.crop((left, top, left + 24, top + 24))))
    n += 1
for w, h in ((24, 24), (64, 48), (31, 77), (100, 24), (12, 40), (25, 24)):
    put(Image.fromarray(photo(w, h)), "png")
for o in range(1, 9):
    ex = Image.Exif(); ex[0x0112] = o
    put(Image.fromarray(photo(60, 40)), "png", exif=ex)
    put(Image.fromarray(photo(60, 40)), "webp", exif=ex.tobytes(), lossless=True)
    put(Image.fromarray(photo(48, 40)), "jpg", exif=ex, quality=95, subsampling=0)
im = Image.fromarray(photo(50, 50))
put(im.convert("P"), "png"); put(im.convert("P"), "gif"); put(im.convert("L"), "png"); put(im.convert("L"), "jpg", quality=95)
put(im, "bmp"); put(im.convert("CMYK"), "jpg", quality=95, subsampling=0); put(im.convert("RGBA"), "png"); put(im, "JPEG", quality=95, progressive=True, subsampling=0)
`, dir)
	p, err := files.OpenLocation(filepath.Join(dir, "set"))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	truth, err := files.OpenLocation(filepath.Join(dir, "want"))
	if err != nil {
		t.Fatal(err)
	}
	defer truth.Close()
	var all []stamp
	if all, err = NewImageFolder(p).files(); err != nil || len(all) < 36 {
		t.Fatal(len(all), err)
	}
	for _, s := range all {
		b, err := p.ReadFile(s.Path)
		if err != nil {
			t.Fatal(err)
		}
		r, err := decodeImage(b, 3)
		if err != nil {
			t.Errorf("%s: %v", s.Path, err)
			continue
		}
		name := filepath.Base(s.Path)
		want, err := truth.Array(files.ArrayAt{File: strings.TrimSuffix(name, filepath.Ext(name)) + ".npy"})
		if err != nil {
			t.Fatal(err)
		}
		allowed := 0
		if ext := strings.ToLower(filepath.Ext(name)); ext == ".jpg" || ext == ".jpeg" {
			allowed = 3 // decoders round their transforms differently
		}
		for i, v := range r.fit(24).Pix {
			if d := int(v) - int(want.Data[i]); d > allowed || d < -allowed {
				t.Errorf("%s: value %d is %d, Pillow has %d", s.Path, i, v, want.Data[i])
				break
			}
		}
	}
	d, err := Decode(Rule{Format: "folder", Size: 24, TestShare: 0.2}, p, NewImageFolder(p))
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Labels) != len(all) || d.Height != 24 || d.Width != 24 {
		t.Errorf("%d images of %d×%d", len(d.Labels), d.Height, d.Width)
	}
}

func FuzzImage(f *testing.F) {
	var b bytes.Buffer
	_ = jpeg.Encode(&b, fixture.Gradient(9, 5), nil)
	f.Add(b.Bytes())
	b = bytes.Buffer{}
	_ = png.Encode(&b, fixture.Gradient(3, 5))
	f.Add(b.Bytes())
	b = bytes.Buffer{}
	_ = gif.Encode(&b, fixture.Gradient(3, 5), nil)
	f.Add(b.Bytes())
	b = bytes.Buffer{}
	_ = bmp.Encode(&b, fixture.Gradient(3, 5))
	f.Add(b.Bytes())
	f.Add([]byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		defer frugal.Bound(t, len(b))()
		h, err := readHeader(b)
		if err != nil {
			return
		}
		r, err := decodeImage(b, 3)
		if err == nil && (r.Width != h.width || r.Height != h.height || len(r.Pix) != 3*r.Width*r.Height) {
			t.Errorf("%s header says %d×%d, image is %d×%d", h.name, h.width, h.height, r.Width, r.Height)
		}
		if err == nil {
			r.fit(4)
		}
	})
}

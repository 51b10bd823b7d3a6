package datasets

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/image/bmp"

	"protobench/internal/setting"
)

// ownCache gives a test a cache folder of its own and returns where decoded images go.
func ownCache(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", dir)
	t.Setenv("HOME", dir)
	root, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(root, "protobench", "decoded")
}

// plain is an image of one colour.
func plain(w, h int, c color.Color) image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.Set(x, y, c)
		}
	}
	return m
}

func encode(t *testing.T, write func(*bytes.Buffer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t *testing.T, m image.Image) []byte {
	return encode(t, func(b *bytes.Buffer) error { return png.Encode(b, m) })
}

// gradient is an image whose red is the column and whose green is the row.
func gradient(w, h int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.Set(x, y, color.NRGBA{uint8(x), uint8(y), 9, 255})
		}
	}
	return m
}

// album of n images a class, 4×4 pixels, below root.
func classFolders(t *testing.T, root string, n int, classes ...string) map[string][]byte {
	files := map[string][]byte{}
	for c, class := range classes {
		for i := range n {
			files[fmt.Sprintf("%s%s/%02d.png", root, class, i)] = pngOf(t, plain(4, 4, color.NRGBA{uint8(10 * c), uint8(i), 3, 255}))
		}
	}
	return files
}

func merge(maps ...map[string][]byte) map[string][]byte {
	out := map[string][]byte{}
	for _, m := range maps {
		for k, v := range m {
			out[k] = v
		}
	}
	return out
}

func TestFolderLayouts(t *testing.T) {
	ownCache(t)
	for name, c := range map[string]struct {
		files       map[string][]byte
		train, test int
		found       string
	}{
		"splits":        {merge(classFolders(t, "train/", 5, "ant", "bee"), classFolders(t, "val/", 3, "ant", "bee"), classFolders(t, "test/", 2, "ant", "bee")), 10, 4, "6 images of the validation split unused"},
		"val as test":   {merge(classFolders(t, "train/", 5, "ant", "bee"), classFolders(t, "val/", 3, "ant", "bee")), 10, 6, "its validation split as test split"},
		"by rule":       {classFolders(t, "", 10, "ant", "bee"), 16, 4, "a share by rule"},
		"class train":   {classFolders(t, "", 10, "car", "train"), 16, 4, "a share by rule"},
		"Tiny ImageNet": {merge(classFolders(t, "train/", 5, "n01/images", "n02/images"), classFolders(t, "val/", 3, "n01/images", "n02/images")), 10, 6, ""},
		"unlabelled":    {merge(classFolders(t, "train/", 5, "ant", "bee"), classFolders(t, "test/", 3, "ant", "bee"), map[string][]byte{"unlabeled/x.png": pngOf(t, plain(4, 4, color.White))}), 11, 6, ""},
	} {
		s, err := Open(Options{Name: "auto", Path: writeFiles(t, merge(c.files, map[string][]byte{"SHA256SUMS": nil, ".DS_Store/x.png": nil})), Imbalance: 1})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if s.Name != "folder" || s.Train.Len() != c.train || s.Test.Len() != c.test || s.Classes != 2 || s.FineClasses != 0 || !strings.Contains(s.Found, c.found) {
			t.Errorf("%s: %s, %d and %d images, %d classes, %d fine: %s", name, s.Name, s.Train.Len(), s.Test.Len(), s.Classes, s.FineClasses, s.Found)
		}
		if im := s.Train.Image(0); s.Train.Height != 4 || im[0] != 0 || im[2] != 3 {
			t.Errorf("%s: %v", name, im[:3])
		}
		if name == "unlabelled" && (s.Train.Labels[10] != -1 || s.Probe.Len() != 10) {
			t.Errorf("labels %v", s.Train.Labels)
		}
	}
}

func TestNestedFoldersAreFinerClasses(t *testing.T) {
	ownCache(t)
	dir := writeFiles(t, merge(classFolders(t, "", 10, "animal/cat", "animal/dog", "tool/saw"), classFolders(t, "", 5, "tool")))
	s := open(t, Options{Name: "folder", Path: dir, Imbalance: 1})
	if diff := cmp.Diff([]string{"animal", "tool"}, s.Names); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"animal/cat", "animal/dog", "tool", "tool/saw"}, s.FineNames); diff != "" || s.FineClasses != 4 {
		t.Error(s.FineClasses, diff)
	}
	s = open(t, Options{Name: "folder", Path: dir, Labels: "fine", Imbalance: 1})
	if s.Classes != 4 || s.FineClasses != 0 || s.Names[1] != "animal/dog" {
		t.Errorf("%d classes, %v", s.Classes, s.Names)
	}
}

// TestImageKinds decodes what Go's own writers make of gray, palette, alpha, 16 bits and the formats.
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
		"gray":             {pngOf(t, gray), 1, []uint8{7, 200}},
		"gray as colour":   {pngOf(t, gray), 3, []uint8{7, 7, 7, 200, 200, 200}},
		"16 bits":          {pngOf(t, wide), 3, []uint8{0x12, 0x56, 0x9a, 0, 0, 0}},
		"palette":          {pngOf(t, palette), 3, []uint8{250, 251, 252, 1, 2, 3}},
		"alpha":            {pngOf(t, alpha), 3, []uint8{10, 20, 30, 40, 50, 60}},
		"gif":              {encode(t, func(b *bytes.Buffer) error { return gif.Encode(b, palette, nil) }), 3, []uint8{250, 251, 252, 0, 0, 0}},
		"bmp":              {encode(t, func(b *bytes.Buffer) error { return bmp.Encode(b, gradient(2, 1)) }), 3, []uint8{0, 0, 9, 1, 0, 9}},
		"jpeg":             {encode(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, plain(2, 1, color.Gray{90}), nil) }), 3, []uint8{90, 90, 90, 90, 90, 90}},
		"PNG called .jpeg": {pngOf(t, gradient(2, 1)), 3, []uint8{0, 0, 9, 1, 0, 9}},
	} {
		r, err := decodeImage(c.file, c.channels)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if name == "gif" { // what is transparent has no colour in GIF
			r.pix, c.want = r.pix[:3], c.want[:3]
		}
		if diff := cmp.Diff(c.want, r.pix); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestGraySetsHaveOneChannel(t *testing.T) {
	ownCache(t)
	files := map[string][]byte{}
	for i := range 10 {
		m := image.NewGray(image.Rect(0, 0, 3, 3))
		m.Pix[0] = uint8(i)
		files[fmt.Sprintf("%d/%d.png", i%2, i)] = pngOf(t, m)
	}
	if s := open(t, Options{Name: "folder", Path: writeFiles(t, files), Imbalance: 1}); s.Train.Channels != 1 {
		t.Errorf("%d channels", s.Train.Channels)
	}
	files["1/colour.png"] = pngOf(t, gradient(3, 3))
	if s := open(t, Options{Name: "folder", Path: writeFiles(t, files), Imbalance: 1}); s.Train.Channels != 3 {
		t.Errorf("%d channels", s.Train.Channels)
	}
}

func TestFolderSizes(t *testing.T) {
	ownCache(t)
	files := merge(classFolders(t, "", 9, "a", "b"), map[string][]byte{"a/wide.png": pngOf(t, gradient(40, 10)), "b/high.png": pngOf(t, gradient(8, 30))})
	dir := writeFiles(t, files)
	s := open(t, Options{Name: "folder", Path: dir, Imbalance: 1})
	if s.Train.Height != 4 || s.Train.Width != 4 || !strings.Contains(s.Found, "several sizes (shorter sides 4 to 10), decoded to 4×4") {
		t.Errorf("%d×%d: %s", s.Train.Height, s.Train.Width, s.Found)
	}
	if s := open(t, Options{Name: "folder", Path: dir, Size: 6, Imbalance: 1}); s.Train.Height != 6 || s.Train.Width != 6 {
		t.Errorf("%d×%d", s.Train.Height, s.Train.Width)
	}
}

// imagesIn counts the files of decoded images in a cache.
func imagesIn(t *testing.T, cache string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(cache, "*.images"))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestDecodedImagesAreKeptVerifiedAndDropped(t *testing.T) {
	cache := ownCache(t)
	dir := writeFiles(t, classFolders(t, "", 10, "ant", "bee"))
	o := Options{Name: "folder", Path: dir, Imbalance: 1}
	first := open(t, o)
	kept := imagesIn(t, cache)
	if len(kept) != 1 {
		t.Fatalf("%d files", len(kept))
	}
	made, _ := os.Stat(kept[0])
	if len(first.Train.Sums) != 32*first.Train.Len() || len(first.Test.Sums) != 32*first.Test.Len() || cmp.Equal(first.Train.Sums[:32], first.Test.Sums[:32]) {
		t.Errorf("%d and %d bytes of sums", len(first.Train.Sums), len(first.Test.Sums))
	}
	if again := open(t, o); again.Fingerprint != first.Fingerprint || !cmp.Equal(again.Train, first.Train) || !cmp.Equal(again.Test, first.Test) || again.Found != first.Found {
		t.Error("the second start gives another set")
	}
	if now, _ := os.Stat(kept[0]); !now.ModTime().Equal(made.ModTime()) {
		t.Error("the second start decoded again")
	}
	bytes, _ := os.ReadFile(kept[0]) // one damaged pixel
	bytes[len(bytes)-10] ^= 1
	if err := os.WriteFile(kept[0]+".new", bytes, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(kept[0]+".new", kept[0]); err != nil {
		t.Fatal(err)
	}
	if again := open(t, o); !cmp.Equal(again.Train, first.Train) {
		t.Error("a damaged file was believed")
	}
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(filepath.Join(dir, "ant", "00.png"), later, later); err != nil { // touched, not changed
		t.Fatal(err)
	}
	if again := open(t, o); again.Fingerprint != first.Fingerprint || !cmp.Equal(imagesIn(t, cache), kept) {
		t.Error("the same contents are another set")
	}
	a, b := pngOf(t, plain(4, 4, color.NRGBA{0, 0, 3, 255})), pngOf(t, plain(4, 4, color.NRGBA{0, 77, 3, 255}))
	if len(a) != len(b) {
		t.Fatal("the changed file is to have the old one's size")
	}
	if err := os.WriteFile(filepath.Join(dir, "ant", "00.png"), b, 0o644); err != nil {
		t.Fatal(err)
	}
	changed := open(t, o)
	if now := imagesIn(t, cache); changed.Fingerprint == first.Fingerprint || len(now) != 1 || now[0] == kept[0] {
		t.Errorf("after a change there are %v", now)
	}
}

// twoFaced shows other images the second time.
type twoFaced struct {
	images [][]byte
	scans  int
}

func (f *twoFaced) files() ([]stamp, error)         { return nil, nil }
func (f *twoFaced) names() (classes, fine []string) { return nil, nil }

func (f *twoFaced) scan(visit func(encoded) error) error {
	f.scans++
	return visit(encoded{name: "a", path: "a", label: 0, fineLabel: -1, data: f.images[f.scans-1]})
}

func TestImagesThatChangeWhileTheyAreReadAreRefused(t *testing.T) {
	p, err := openLocation(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	b := builder{place: p, gallery: &twoFaced{images: [][]byte{pngOf(t, gradient(2, 2)), pngOf(t, plain(2, 2, color.White))}}}
	a, err := b.plan("key")
	if err != nil {
		t.Fatal(err)
	}
	if err := b.decode(make(memory, a.image()), 0); err == nil || !strings.Contains(err.Error(), "changed while it was read") {
		t.Errorf("got %v", err)
	}
}

func TestFolderWithoutACache(t *testing.T) {
	cache := ownCache(t)
	o := Options{Name: "folder", Path: writeFiles(t, classFolders(t, "", 10, "ant", "bee")), Imbalance: 1}
	want := open(t, o)
	if err := os.RemoveAll(cache); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(cache, nil, 0o644); err != nil { // no folder can be there
		t.Fatal(err)
	}
	s := open(t, o)
	if s.Fingerprint != want.Fingerprint || !cmp.Equal(s.Train, want.Train) || len(s.Warnings) == 0 || !strings.Contains(s.Warnings[0], "not kept") {
		t.Errorf("%v", s.Warnings)
	}
}

// bomb is a small PNG that promises w×h pixels.
func bomb(t *testing.T, w, h uint32) []byte {
	b := pngOf(t, gradient(2, 2))
	for i := range 4 {
		b[16+i], b[20+i] = byte(w>>(24-8*i)), byte(h>>(24-8*i))
	}
	return fixPNG(b)
}

func TestFolderRefuses(t *testing.T) {
	ownCache(t)
	photo := encode(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, gradient(60, 60), nil) })
	for name, c := range map[string]struct {
		file string
		b    []byte
		want string
	}{
		"HTML":      {"bee/x.jpg", []byte("<!DOCTYPE html><html>"), "bee/x.jpg: is an HTML page"},
		"empty":     {"bee/x.jpg", nil, "bee/x.jpg: is an empty file"},
		"truncated": {"bee/x.jpg", photo[:len(photo)/2], "bee/x.jpg: damaged JPEG image"},
		"header":    {"bee/x.jpg", photo[:30], "bee/x.jpg: damaged JPEG image"},
		"text":      {"bee/x.png", []byte("hello"), "bee/x.png: is bytes 68 65"},
		"bomb":      {"bee/x.png", bomb(t, 1<<14-1, 1<<13), "header promises 16383×8192 pixels, which"},
		"huge":      {"bee/x.png", bomb(t, 1<<15, 1<<13), "header promises 32768×8192 pixels, more than"},
		"no class":  {"x.png", photo, "x.png: lies in no class's folder"},
	} {
		dir := writeFiles(t, merge(classFolders(t, "", 3, "ant", "bee"), map[string][]byte{c.file: c.b}))
		if _, err := Open(Options{Name: "folder", Path: dir, Imbalance: 1}); err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), dir) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
	var key *setting.KeyError
	if _, err := Open(Options{Name: "auto", Path: t.TempDir(), Imbalance: 1}); !errors.As(err, &key) || key.Key != "data.path" || !strings.Contains(err.Error(), "found nothing") {
		t.Errorf("got %v", err)
	}
	dir := writeFiles(t, classFolders(t, "", 3, "ant", "bee"))
	outside := writeFiles(t, map[string][]byte{"x.png": photo})
	if err := os.Symlink(filepath.Join(outside, "x.png"), filepath.Join(dir, "ant", "x.png")); err != nil {
		t.Skip(err)
	}
	if _, err := Open(Options{Name: "folder", Path: dir, Imbalance: 1}); err == nil || !strings.Contains(err.Error(), "ant/x.png: is a link that leaves the folder") {
		t.Errorf("got %v", err)
	}
}

// TestFolderByPillow compares with what Pillow reads, turns and scales, pixel by pixel.
func TestFolderByPillow(t *testing.T) {
	ownCache(t)
	dir := t.TempDir()
	python(t, `
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
	p, err := openLocation(filepath.Join(dir, "set"))
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	truth, err := openLocation(filepath.Join(dir, "want"))
	if err != nil {
		t.Fatal(err)
	}
	defer truth.close()
	var all []stamp
	if all, err = newImageFolder(p).files(); err != nil || len(all) < 36 {
		t.Fatal(len(all), err)
	}
	for _, s := range all {
		b, err := p.readFile(s.Path)
		if err != nil {
			t.Fatal(err)
		}
		r, err := decodeImage(b, 3)
		if err != nil {
			t.Errorf("%s: %v", s.Path, err)
			continue
		}
		name := filepath.Base(s.Path)
		want, err := truth.array(arrayAt{file: strings.TrimSuffix(name, filepath.Ext(name)) + ".npy"})
		if err != nil {
			t.Fatal(err)
		}
		allowed := 0
		if ext := strings.ToLower(filepath.Ext(name)); ext == ".jpg" || ext == ".jpeg" {
			allowed = 3 // decoders round their transforms differently
		}
		for i, v := range r.fit(24).pix {
			if d := int(v) - int(want.data[i]); d > allowed || d < -allowed {
				t.Errorf("%s: value %d is %d, Pillow has %d", s.Path, i, v, want.data[i])
				break
			}
		}
	}
	d, err := decodeAll(Rule{Format: "folder", Size: 24, TestShare: 0.2}, p, newImageFolder(p))
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Labels) != len(all) || d.Height != 24 || d.Width != 24 {
		t.Errorf("%d images of %d×%d", len(d.Labels), d.Height, d.Width)
	}
}

func TestRealFolders(t *testing.T) {
	ownCache(t)
	for name, want := range map[string]struct{ train, test, classes, side int }{
		"caltech101-lt": {1782, 582, 97, 64}, "tiny-imagenet-20": {2400, 600, 20, 64},
	} {
		s := open(t, Options{Name: "auto", Path: realData(t, name), Imbalance: 1})
		if s.Name != "folder" || s.Train.Len() != want.train || s.Test.Len() != want.test || s.Classes != want.classes || s.Train.Height != want.side || s.Train.Channels != 3 {
			t.Errorf("%s: %s, %d and %d images, %d classes, %d×%d×%d", name, s.Name, s.Train.Len(), s.Test.Len(), s.Classes, s.Train.Height, s.Train.Width, s.Train.Channels)
		}
		if s.Tailed() != (name == "caltech101-lt") {
			t.Errorf("%s: long-tailed is %v", name, s.Tailed())
		}
	}
}

func FuzzImage(f *testing.F) {
	var b bytes.Buffer
	_ = jpeg.Encode(&b, gradient(9, 5), nil)
	f.Add(b.Bytes())
	b = bytes.Buffer{}
	_ = png.Encode(&b, gradient(3, 5))
	f.Add(b.Bytes())
	b = bytes.Buffer{}
	_ = gif.Encode(&b, gradient(3, 5), nil)
	f.Add(b.Bytes())
	b = bytes.Buffer{}
	_ = bmp.Encode(&b, gradient(3, 5))
	f.Add(b.Bytes())
	f.Add([]byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := readHeader(b)
		if err != nil || h.width*h.height > 1<<20 {
			return
		}
		r, err := decodeImage(b, 3)
		if err == nil && (r.width != h.width || r.height != h.height || len(r.pix) != 3*r.width*r.height) {
			t.Errorf("%s header says %d×%d, image is %d×%d", h.name, h.width, h.height, r.width, r.height)
		}
		if err == nil {
			r.fit(4)
		}
	})
}

// fixPNG sets the checksum of the first chunk.
func fixPNG(b []byte) []byte {
	sum := crc32.ChecksumIEEE(b[12:29])
	for i := range 4 {
		b[29+i] = byte(sum >> (24 - 8*i))
	}
	return b
}

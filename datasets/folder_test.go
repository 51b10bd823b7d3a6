package datasets

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"protobench/datasets/internal/fixture"
	"protobench/internal/setting"
)

// album of n images a class, 4×4 pixels, below root.
func classFolders(t *testing.T, root string, n int, classes ...string) map[string][]byte {
	files := map[string][]byte{}
	for c, class := range classes {
		for i := range n {
			files[fmt.Sprintf("%s%s/%02d.png", root, class, i)] = fixture.PNG(t, fixture.Plain(4, 4, color.NRGBA{uint8(10 * c), uint8(i), 3, 255}))
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
	fixture.OwnCache(t)
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
		"unlabelled":    {merge(classFolders(t, "train/", 5, "ant", "bee"), classFolders(t, "test/", 3, "ant", "bee"), map[string][]byte{"unlabeled/x.png": fixture.PNG(t, fixture.Plain(4, 4, color.White))}), 11, 6, ""},
	} {
		s, err := Open(Options{Name: "auto", Path: fixture.WriteFiles(t, merge(c.files, map[string][]byte{"SHA256SUMS": nil, ".DS_Store/x.png": nil})), Imbalance: 1})
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
	fixture.OwnCache(t)
	dir := fixture.WriteFiles(t, merge(classFolders(t, "", 10, "animal/cat", "animal/dog", "tool/saw"), classFolders(t, "", 5, "tool")))
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

func TestGraySetsHaveOneChannel(t *testing.T) {
	fixture.OwnCache(t)
	files := map[string][]byte{}
	for i := range 10 {
		m := image.NewGray(image.Rect(0, 0, 3, 3))
		m.Pix[0] = uint8(i)
		files[fmt.Sprintf("%d/%d.png", i%2, i)] = fixture.PNG(t, m)
	}
	if s := open(t, Options{Name: "folder", Path: fixture.WriteFiles(t, files), Imbalance: 1}); s.Train.Channels != 1 {
		t.Errorf("%d channels", s.Train.Channels)
	}
	files["1/colour.png"] = fixture.PNG(t, fixture.Gradient(3, 3))
	if s := open(t, Options{Name: "folder", Path: fixture.WriteFiles(t, files), Imbalance: 1}); s.Train.Channels != 3 {
		t.Errorf("%d channels", s.Train.Channels)
	}
}

func TestFolderSizes(t *testing.T) {
	fixture.OwnCache(t)
	files := merge(classFolders(t, "", 9, "a", "b"), map[string][]byte{"a/wide.png": fixture.PNG(t, fixture.Gradient(40, 10)), "b/high.png": fixture.PNG(t, fixture.Gradient(8, 30))})
	dir := fixture.WriteFiles(t, files)
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
	cache := fixture.OwnCache(t)
	dir := fixture.WriteFiles(t, classFolders(t, "", 10, "ant", "bee"))
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
	a, b := fixture.PNG(t, fixture.Plain(4, 4, color.NRGBA{0, 0, 3, 255})), fixture.PNG(t, fixture.Plain(4, 4, color.NRGBA{0, 77, 3, 255}))
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

func TestFolderWithoutACache(t *testing.T) {
	cache := fixture.OwnCache(t)
	o := Options{Name: "folder", Path: fixture.WriteFiles(t, classFolders(t, "", 10, "ant", "bee")), Imbalance: 1}
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
	b := fixture.PNG(t, fixture.Gradient(2, 2))
	for i := range 4 {
		b[16+i], b[20+i] = byte(w>>(24-8*i)), byte(h>>(24-8*i))
	}
	return fixPNG(b)
}

func TestFolderRefuses(t *testing.T) {
	fixture.OwnCache(t)
	photo := fixture.Encode(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, fixture.Gradient(60, 60), nil) })
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
		dir := fixture.WriteFiles(t, merge(classFolders(t, "", 3, "ant", "bee"), map[string][]byte{c.file: c.b}))
		if _, err := Open(Options{Name: "folder", Path: dir, Imbalance: 1}); err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), dir) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
	var key *setting.KeyError
	if _, err := Open(Options{Name: "auto", Path: t.TempDir(), Imbalance: 1}); !errors.As(err, &key) || key.Key != "data.path" || !strings.Contains(err.Error(), "found nothing") {
		t.Errorf("got %v", err)
	}
	dir := fixture.WriteFiles(t, classFolders(t, "", 3, "ant", "bee"))
	outside := fixture.WriteFiles(t, map[string][]byte{"x.png": photo})
	if err := os.Symlink(filepath.Join(outside, "x.png"), filepath.Join(dir, "ant", "x.png")); err != nil {
		t.Skip(err)
	}
	if _, err := Open(Options{Name: "folder", Path: dir, Imbalance: 1}); err == nil || !strings.Contains(err.Error(), "ant/x.png: is a link that leaves the folder") {
		t.Errorf("got %v", err)
	}
}

func TestRealFolders(t *testing.T) {
	fixture.OwnCache(t)
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

// fixPNG sets the checksum of the first chunk.
func fixPNG(b []byte) []byte {
	sum := crc32.ChecksumIEEE(b[12:29])
	for i := range 4 {
		b[29+i] = byte(sum >> (24 - 8*i))
	}
	return b
}

package datasets

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/datasets/files"
	"protobench/datasets/internal/fixture"
	"protobench/internal/frugal"
)

// stlImages is n images, the first pixel's red of image i is i; red is the row, green the column,
// as far as they fit.
func stlImages(n int) []byte {
	b := make([]byte, 0, n*3*stlSide*stlSide)
	for i := range n {
		for c := range 3 {
			for x := range stlSide {
				for y := range stlSide {
					b = append(b, [3]byte{byte(y), byte(x), byte(i)}[c])
				}
			}
		}
	}
	return b
}

func stlSet() map[string][]byte {
	return map[string][]byte{
		"stl10_binary/train_X.bin": stlImages(6), "stl10_binary/train_y.bin": {1, 2, 3, 1, 2, 10},
		"stl10_binary/test_X.bin": stlImages(3), "stl10_binary/test_y.bin": {1, 2, 3}, "stl10_binary/unlabeled_X.bin": stlImages(4),
		"stl10_binary/class_names.txt": []byte("airplane\nbird\ncar\ncat\ndeer\ndog\nhorse\nmonkey\nship\ntruck\n"),
	}
}

func TestSTL10(t *testing.T) {
	for name, files := range map[string]map[string][]byte{
		"folder": stlSet(), "archive": {"stl10_binary.tar.gz": fixture.Zipped(tarOf(t, stlSet()))},
	} {
		s := open(t, Options{Name: "auto", Path: fixture.WriteFiles(t, files), Imbalance: 1})
		if s.Name != "stl10" || s.Train.Len() != 10 || s.Test.Len() != 3 || s.Classes != 10 || s.Probe.Len() != 6 || s.Names[9] != "truck" {
			t.Fatalf("%s: %s, %d, %d and %d images", name, s.Name, s.Train.Len(), s.Probe.Len(), s.Test.Len())
		}
		if diff := cmp.Diff([]int{0, 1, 2, 0, 1, 9, -1, -1, -1, -1}, s.Train.Labels); diff != "" {
			t.Error(name, diff)
		}
		if im := s.Train.Image(5); !bytes.Equal(im[(3*stlSide+40)*3:][:3], []byte{3, 40, 5}) {
			t.Errorf("%s: row 3, column 40 is %v", name, im[(3*stlSide+40)*3:][:3])
		}
		if s.Tailed() || !s.ProbesApart() || &s.Probe.Pixels[0] != &s.Train.Pixels[0] {
			t.Errorf("%s: unlabelled images are no tail, and the labelled ones are to be no copy", name)
		}
	}
	if s := open(t, Options{Name: "stl10", Path: fixture.WriteFiles(t, stlSet()), Limit: 8, Imbalance: 1}); s.Train.Len() != 8 || s.Probe.Len() != 6 {
		t.Errorf("%d and %d images", s.Train.Len(), s.Probe.Len())
	}
}

func TestSTL10Refuses(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		b    []byte
		want string
	}{
		"truncated":  {"stl10_binary/train_X.bin", stlImages(6)[:100000], "train_X.bin: 100000 bytes"},
		"HTML":       {"stl10_binary/test_X.bin", []byte("<html>"), "an HTML page"},
		"labels":     {"stl10_binary/train_y.bin", []byte{1, 2}, "2 labels for 6 images"},
		"from zero":  {"stl10_binary/train_y.bin", make([]byte, 6), "label 0, expected 1 to 10"},
		"no labels":  {"stl10_binary/test_y.bin", nil, "0 labels for 3 images"},
		"no test":    {"stl10_binary/test_X.bin", nil, "test_X.bin: 0 bytes (an empty file)"},
		"unlabelled": {"stl10_binary/unlabeled_X.bin", make([]byte, 5), "unlabeled_X.bin: 5 bytes"},
	} {
		files := stlSet()
		files[c.file] = c.b
		if _, err := Open(Options{Name: "stl10", Path: fixture.WriteFiles(t, files), Imbalance: 1}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

func FuzzSTL10(f *testing.F) {
	f.Add(stlImages(1), []byte{1})
	f.Fuzz(func(t *testing.T, x, y []byte) {
		defer frugal.Bound(t, len(x)+len(y))()
		s := files.Source{Name: "f", Visit: func(visit func(files.Member) error) error {
			for name, b := range map[string][]byte{"train_X.bin": x, "train_y.bin": y, "test_X.bin": x, "test_y.bin": y} {
				if err := visit(files.Member{Name: name, Path: name, Size: int64(len(b)), Warranted: float64(len(b)), Body: bytes.NewReader(b)}); err != nil {
					return err
				}
			}
			return nil
		}}
		sizes, err := stlSizes(s)
		if err != nil {
			return
		}
		if set, err := readSTLFrom(Options{}, s, sizes); err == nil && len(set.Train.Pixels) != set.Train.Len()*3*stlSide*stlSide {
			t.Error("sizes do not fit")
		}
	})
}

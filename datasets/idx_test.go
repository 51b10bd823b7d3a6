package datasets

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/datasets/internal/fixture"
)

// writeSet writes a small set in MNIST's names: 6 training and 4 test images of 2×3 pixels.
func writeSet(t *testing.T, change map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	files := map[string][]byte{
		"train-images-idx3-ubyte": fixture.IDX(6, 2, 3), "train-labels-idx1-ubyte.gz": fixture.Zipped(fixture.IDX(6)),
		"t10k-images-idx3-ubyte.gz": fixture.IDX(4, 2, 3), "t10k-labels-idx1-ubyte": fixture.IDX(4),
	}
	for name, b := range change {
		files[name] = b
	}
	for name, b := range files {
		if b == nil {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestIDXSet(t *testing.T) {
	s := open(t, Options{Name: "idx", Path: writeSet(t, nil), Imbalance: 1})
	want := Images{Height: 2, Width: 3, Channels: 1, Pixels: fixture.IDX(6, 2, 3)[16:], Labels: []int{0, 1, 2, 3, 4, 5}}
	if diff := cmp.Diff(want, s.Train); diff != "" {
		t.Error(diff)
	}
	if s.Classes != 6 || s.FineClasses != 0 || s.Flip || s.Test.Len() != 4 || s.Std[0] <= 0 || len(s.Fingerprint) != 64 {
		t.Errorf("%+v", s)
	}
}

func TestIDXSetRefuses(t *testing.T) {
	for _, c := range []struct {
		want   string
		change map[string][]byte
	}{
		{"neither t10k-labels-idx1-ubyte nor t10k-labels-idx1-ubyte.gz", map[string][]byte{"t10k-labels-idx1-ubyte": nil}},
		{"5 labels for 6 images", map[string][]byte{"train-labels-idx1-ubyte.gz": fixture.IDX(5)}},
		{"training images are 2×3 and test images 3×3", map[string][]byte{"t10k-images-idx3-ubyte.gz": fixture.IDX(4, 3, 3)}},
		{"holds no pixels", map[string][]byte{"train-images-idx3-ubyte": fixture.IDX(0, 2, 3)}},
	} {
		dir := writeSet(t, c.change)
		_, err := Open(Options{Name: "idx", Path: dir, Imbalance: 1})
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), dir) {
			t.Errorf("got %v, want %q", err, c.want)
		}
	}
}

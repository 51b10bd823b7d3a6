package datasets

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// idxFile builds an IDX file of bytes 0, 1, 2, … of the given shape.
func idxFile(shape ...int) []byte {
	b, n := []byte{0, 0, 8, byte(len(shape))}, 1
	for _, d := range shape {
		b = binary.BigEndian.AppendUint32(b, uint32(d))
		n *= d
	}
	for i := range n {
		b = append(b, byte(i))
	}
	return b
}

func zipped(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write(b)
	_ = w.Close()
	return out.Bytes()
}

func TestIDXReadsPlainAndGzip(t *testing.T) {
	plain := idxFile(2, 3, 4)
	for _, b := range [][]byte{plain, zipped(plain)} {
		x, err := readIDX(bytes.NewReader(b), "f", int64(len(b)), 3)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]int{2, 3, 4}, x.shape); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(plain[16:], x.data); diff != "" {
			t.Error(diff)
		}
	}
}

func TestIDXRefuses(t *testing.T) {
	good := idxFile(2, 3, 4)
	packed := zipped(good)
	broken := bytes.Clone(packed)
	broken[len(broken)-6] ^= 0xff // the checksum
	huge := append([]byte{0, 0, 8, 3}, bytes.Repeat([]byte{0xff}, 12)...)
	for _, c := range []struct {
		name, want string
		b          []byte
	}{
		{"empty", "header: found 0 of 16 bytes", nil},
		{"short header", "header: found 9 of 16 bytes", good[:9]},
		{"truncated", "values of shape [2 3 4]: found 20 of 24 bytes (ends early)", good[:36]},
		{"oversize", "more bytes than the 24", append(bytes.Clone(good), 7)},
		{"labels as images", "magic number 0x00000801 is IDX with 1 dimension of uint8, expected 0x00000803", idxFile(5)},
		{"floats with too few values", "values of shape [2 3 4]: found 24 of 96 bytes", append([]byte{0, 0, 0xd, 3}, good[4:]...)},
		{"four dimensions", "0x00000804 is IDX with 4 dimensions of uint8, expected 0x00000803", idxFile(1, 1, 1, 1)},
		{"float labels", "0x00000d01 is IDX with 1 dimension of float32", append([]byte{0, 0, 0xd, 1}, good[4:]...)},
		{"int labels", "0x00000c02 is IDX with 2 dimensions of int32", append([]byte{0, 0, 0xc, 2}, good[4:]...)},
		{"unknown type", "0x00000a03", append([]byte{0, 0, 0xa, 3}, good[4:]...)},
		{"HTML", "an HTML page", []byte("<html><body>404 not found")},
		{"truncated gzip", "gzip data", packed[:len(packed)-12]},
		{"checksum", "damaged gzip data", broken},
		{"gzip header", "damaged gzip data", packed[:5]},
		{"huge", "header promises values of shape [4294967295 4294967295 4294967295]", huge},
		{"lying header", "found 2 of 1000000000 bytes", append(binary.BigEndian.AppendUint32([]byte{0, 0, 8, 1}, 1e9), 1, 2)},
	} {
		dims := 3
		if c.name == "lying header" {
			dims = 1
		}
		x, err := readIDX(bytes.NewReader(c.b), "some/file", int64(len(c.b)), dims)
		if err == nil || x != nil || !strings.HasPrefix(err.Error(), "some/file: ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want the file's name and %q", c.name, err, c.want)
		}
	}
}

func FuzzIDX(f *testing.F) {
	f.Add(idxFile(2, 3, 4))
	f.Add(zipped(idxFile(1, 2, 2)))
	f.Add(rawIDX(0x0d, make([]byte, 24), 1, 3, 2, 1))
	f.Add([]byte{0, 0, 8, 3, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		x, err := readIDX(bytes.NewReader(b), "f", int64(len(b)), 3, 4)
		if err != nil {
			return
		}
		n := x.size
		for _, d := range x.shape {
			n *= d
		}
		if n != len(x.data) {
			t.Errorf("shape %v with %d values", x.shape, len(x.data))
		}
		images := x.shape[0]
		im, err := x.pixels()
		if err == nil && len(im.Data) != images*im.Height*im.Width*im.Channels {
			t.Errorf("%d bytes of %d images of %d×%d×%d", len(im.Data), images, im.Height, im.Width, im.Channels)
		}
	})
}

// writeSet writes a small set in MNIST's names: 6 training and 4 test images of 2×3 pixels.
func writeSet(t *testing.T, change map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	files := map[string][]byte{
		"train-images-idx3-ubyte": idxFile(6, 2, 3), "train-labels-idx1-ubyte.gz": zipped(idxFile(6)),
		"t10k-images-idx3-ubyte.gz": idxFile(4, 2, 3), "t10k-labels-idx1-ubyte": idxFile(4),
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
	want := Images{Height: 2, Width: 3, Channels: 1, Pixels: idxFile(6, 2, 3)[16:], Labels: []int{0, 1, 2, 3, 4, 5}}
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
		{"5 labels for 6 images", map[string][]byte{"train-labels-idx1-ubyte.gz": idxFile(5)}},
		{"training images are 2×3 and test images 3×3", map[string][]byte{"t10k-images-idx3-ubyte.gz": idxFile(4, 3, 3)}},
		{"holds no pixels", map[string][]byte{"train-images-idx3-ubyte": idxFile(0, 2, 3)}},
	} {
		dir := writeSet(t, c.change)
		_, err := Open(Options{Name: "idx", Path: dir, Imbalance: 1})
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), dir) {
			t.Errorf("got %v, want %q", err, c.want)
		}
	}
}

package torchfile

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/internal/tensorfile"
)

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func scanned(t *testing.T, name string) *tensorfile.Archive {
	t.Helper()
	a, err := Scan(name, bytes.NewReader(readFile(t, name)))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// saved are the files of one value in all formats and protocols.
func saved() []string {
	var names []string
	for _, format := range []string{"zip", "legacy"} {
		for _, protocol := range []string{"2", "3", "4", "5"} {
			names = append(names, format+protocol+".pt")
		}
	}
	return names
}

// TestTorchSave compares every tensor with what PyTorch held (testdata/make.py).
func TestTorchSave(t *testing.T) {
	type tensor struct {
		Shape  []int
		Values []float32
	}
	var want map[string]tensor
	if err := json.Unmarshal(readFile(t, "expected.json"), &want); err != nil {
		t.Fatal(err)
	}
	for _, name := range saved() {
		t.Run(name, func(t *testing.T) {
			a := scanned(t, name)
			got := map[string]tensor{}
			for _, x := range a.Arrays {
				v, err := x.Float32s()
				if err != nil {
					t.Fatal(err)
				}
				got[x.Name] = tensor{append([]int{}, x.Shape...), v}
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
			facts := map[string]any{
				"epoch": int64(12), "loss": 6.25, "done": true,
				"args.arch": "vit", "args.out_dim": int64(3), "args.nested.lr": 0.5, "head.training": true,
			}
			for key, value := range facts {
				if a.Facts[key] != value {
					t.Errorf("%s: got %v, want %v", key, a.Facts[key], value)
				}
			}
			if d := cmp.Diff(map[string]string{"complex": "complex64"}, a.Unread); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestOrigins tells tensors that are one from views of the same numbers.
func TestOrigins(t *testing.T) {
	for _, name := range saved() {
		a := scanned(t, name)
		origin := func(key string) string {
			x, ok := a.Get(key)
			if !ok {
				t.Fatal(key)
			}
			return x.Origin
		}
		if origin("model.float32") != origin("model.same") {
			t.Errorf("%s: one tensor under two names is two", name)
		}
		for _, other := range []string{"transposed", "columns", "every other", "float16"} {
			if origin("model.float32") == origin("model."+other) {
				t.Errorf("%s: %s is taken for the tensor that it is a view of", name, other)
			}
		}
	}
}

func TestLoneTensor(t *testing.T) {
	a := scanned(t, "tensor.pt")
	if len(a.Arrays) != 1 || a.Arrays[0].Name != "" {
		t.Fatal(a.Arrays)
	}
	v, err := a.Arrays[0].Float32s()
	if d := cmp.Diff([]float32{0.125, 0.25, 0.625, 0.75, 1.125, 1.25}, v); err != nil || d != "" {
		t.Error(err, d)
	}
}

// TestCutShort cuts files everywhere: each piece is an error that names the file, and none panics.
func TestCutShort(t *testing.T) {
	for _, name := range []string{"zip2.pt", "legacy2.pt", "legacy5.pt"} {
		whole := readFile(t, name)
		for n := range whole {
			if n%7 != 0 && n < len(whole)-40 {
				continue
			}
			if _, err := Scan("x.pt", bytes.NewReader(whole[:n])); err == nil || !strings.HasPrefix(err.Error(), "x.pt: ") {
				t.Fatalf("%s cut to %d of %d bytes: %v", name, n, len(whole), err)
			}
		}
	}
}

// TestReadsLittle wants no more than the pickles of a file whose storages are large.
func TestReadsLittle(t *testing.T) {
	for _, name := range []string{"zip2.pt", "legacy2.pt"} {
		s := &watched{Reader: bytes.NewReader(readFile(t, name))}
		a, err := Scan(name, s)
		if err != nil {
			t.Fatal(err)
		}
		before := s.read
		x, _ := a.Get("model.scalar")
		if _, err := x.Float32s(); err != nil || s.read-before != 4 {
			t.Errorf("%s: %d bytes are read for one number of four, %v", name, s.read-before, err)
		}
	}
}

type watched struct {
	*bytes.Reader
	read int
}

func (w *watched) ReadAt(b []byte, at int64) (int, error) {
	n, err := w.Reader.ReadAt(b, at)
	w.read += n
	return n, err
}

// TestBigEndian reads storages of a machine of the other byte order, as files say it since PyTorch
// 2.1.
func TestBigEndian(t *testing.T) {
	for order, want := range map[string]float32{"big": 1, "little": 4.6006e-41} {
		b := archive(t, "a/data.pkl", stored(1, "K\x00", "K\x01\x85", "K\x01\x85")+".", "a/byteorder", order, "a/data/0", "\x3f\x80\x00\x00")
		a, err := Scan("x.pt", bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		if v, err := a.Arrays[0].Float32s(); err != nil || !(math.Abs(float64(v[0]-want)) <= 1e-4*float64(want)) {
			t.Errorf("%s: %v, %v; want %g", order, v, err, want)
		}
	}
}

// TestLongPickles reads on until the pickles of the format before PyTorch 1.6 end, which is nowhere
// said.
func TestLongPickles(t *testing.T) {
	const n = 5 << 20
	text := "X" + string(binary.LittleEndian.AppendUint32(nil, n)) + strings.Repeat("a", n)
	value := "}X\x01\x00\x00\x00t" + text + "sX\x01\x00\x00\x00w" + stored(1, "K\x00", "K\x01\x85", "K\x01\x85") + "s"
	b := legacyFile(value, "]X\x01\x00\x00\x000a", 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x3f)
	a, err := Scan("x.pt", bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if v, err := a.Arrays[0].Float32s(); err != nil || v[0] != 1 {
		t.Error(v, err)
	}
	if _, err := Scan("x.pt", bytes.NewReader(b[:3<<20])); err == nil || !strings.Contains(err.Error(), "cut short") {
		t.Error(err)
	}
}

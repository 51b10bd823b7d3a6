package tensorfile

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"protobench/internal/frugal"

	"github.com/google/go-cmp/cmp"
)

func npy(head string, data ...byte) []byte {
	b := append([]byte(npyMagic), 1, 0, byte(len(head)), 0)
	return append(append(b, head...), data...)
}

func TestNPYRoundTrip(t *testing.T) {
	cases := []Tensor{
		{Shape: []int{2, 3}, F32: []float32{1, 2, 3, 4, 5, 6}},
		{Shape: []int{2}, F64: []float64{.1, -.2}},
		{I64: []int64{-7}},
	}
	for _, want := range cases {
		path := filepath.Join(t.TempDir(), "x.npy")
		if err := WriteNPY(path, want); err != nil {
			t.Fatal(err)
		}
		got, err := ReadNPY(path)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	}
}

// The header that numpy.save writes for a (2, 3) float32 array.
func TestNPYBytes(t *testing.T) {
	b, err := encodeNPY(Tensor{Shape: []int{3}, F32: []float32{0, 1, 2}})
	if err != nil {
		t.Fatal(err)
	}
	head := "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }"
	if got := string(b[10 : 10+len(head)]); got != head {
		t.Errorf("got %q", got)
	}
	if len(b) != 128+12 || b[127] != '\n' {
		t.Errorf("%d bytes, header's last byte %q: the data do not start at 128", len(b), b[127])
	}
}

func TestNPYFortranOrder(t *testing.T) {
	head := "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }\n"
	got, err := DecodeNPY("x", npy(head, 1, 4, 2, 5, 3, 6))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]int64{1, 2, 3, 4, 5, 6}, got.I64); d != "" {
		t.Error(d)
	}
}

func TestNPYBigEndian(t *testing.T) {
	got, err := DecodeNPY("x", npy("{'descr': '>i2', 'fortran_order': False, 'shape': (2,), }\n", 1, 2, 0xff, 0xfe))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]int64{258, -2}, got.I64); d != "" {
		t.Error(d)
	}
}

func TestNPYRefuses(t *testing.T) {
	cases := []struct {
		want string
		file []byte
	}{
		{"does not begin", []byte("PK\x03\x04")},
		{"cut short", []byte(npyMagic + "\x01\x00\xff\x00{")},
		{"format 9", []byte(npyMagic + "\x09\x00\x00\x00")},
		{`"<c8" is not supported`, npy("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", 0, 0, 0, 0)},
		{"lacks one", npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }")},
		{"does not fill", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 0, 0, 0, 0)},
		{"too large", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }")},
		{"not a list", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (a,), }")},
	}
	for _, c := range cases {
		_, err := DecodeNPY("x.npy", c.file)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "x.npy: ") {
			t.Errorf("got %v, want the file's name and %q", err, c.want)
		}
	}
}

func FuzzNPY(f *testing.F) {
	f.Add(npy("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 2), }", 1, 2, 3, 4, 5, 6, 7, 8))
	f.Fuzz(func(t *testing.T, b []byte) {
		defer frugal.Bound(t, len(b))()
		readAll(t, ScanNPY, b)
		if x, err := DecodeNPY("x", b); err == nil {
			if err := x.check(); err != nil {
				t.Error(err)
			}
		}
	})
}

// TestWriteNPZ: what is written is read again, by this package and where it can be by NumPy.
func TestWriteNPZ(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.npz")
	tensors := []Tensor{
		{Name: "x_train", Shape: []int{2, 3}, F32: []float32{1, 2, 3, 4, 5, -6}},
		{Name: "y_train", Shape: []int{2}, I64: []int64{-1, 7}},
		{Name: "scale", Shape: []int{}, F64: []float64{0.1}},
		{Name: "empty", Shape: []int{0, 4}, F32: []float32{}},
	}
	if err := WriteNPZ(path, tensors); err != nil {
		t.Fatal(err)
	}
	f, s, err := OpenStore(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	a, err := ScanNPZ(path, s)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range tensors {
		got, err := a.Arrays[i].Float32s()
		if d := cmp.Diff(want.Float32s(), got); err != nil || d != "" || a.Arrays[i].Name != want.Name || !slices.Equal(a.Arrays[i].Shape, want.Shape) {
			t.Error(want.Name, err, d)
		}
	}
	const python = "/usr/bin/python3"
	if exec.Command(python, "-c", "import numpy").Run() != nil {
		t.Skip(python + " has no numpy")
	}
	code := `import numpy, sys
f = numpy.load(sys.argv[1])
print([(k, str(f[k].dtype), f[k].shape, f[k].ravel().tolist()) for k in f.files])`
	out, err := exec.Command(python, "-c", code, path).CombinedOutput()
	want := "[('x_train', 'float32', (2, 3), [1.0, 2.0, 3.0, 4.0, 5.0, -6.0]), ('y_train', 'int64', (2,), [-1, 7]), ('scale', 'float64', (), [0.1]), ('empty', 'float32', (0, 4), [])]\n"
	if d := cmp.Diff(want, string(out)); err != nil || d != "" {
		t.Error(err, d)
	}
}

func TestWriteNPZRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.npz")
	one := Tensor{Name: "x", Shape: []int{1}, F32: []float32{1}}
	for want, tensors := range map[string][]Tensor{"is taken": {one, one}, "does not hold": {{Name: "x", Shape: []int{2}, F32: []float32{1}}}} {
		if err := WriteNPZ(path, tensors); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), path) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

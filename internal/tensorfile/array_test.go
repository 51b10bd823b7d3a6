package tensorfile

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"strings"
	"testing"

	"protobench/internal/frugal"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func floats(v ...float32) []byte {
	var b []byte
	for _, x := range v {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return b
}

func counted(n int) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = float32(i)
	}
	return out
}

// TestArrayViews reads views as their strides say, in whole and by rows.
func TestArrayViews(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shape := rapid.SliceOfN(rapid.IntRange(1, 5), 1, 4).Draw(t, "shape")
		strides := rapid.SliceOfN(rapid.IntRange(0, 9), len(shape), len(shape)).Draw(t, "strides")
		v := View{Shape: shape, Strides: strides, Offset: rapid.IntRange(0, 3).Draw(t, "offset")}
		n, last := 1, v.Offset
		for d, s := range shape {
			n *= s
			last += (s - 1) * strides[d]
		}
		a, err := NewArray("f", "x", "F32", v, bytes.NewReader(floats(counted(last+1)...)))
		if err != nil {
			t.Fatal(err)
		}
		want := make([]float32, n)
		for i := range want {
			at, rest := v.Offset, i
			for d := len(shape) - 1; d >= 0; d-- {
				at += rest % shape[d] * strides[d]
				rest /= shape[d]
			}
			want[i] = float32(at)
		}
		got, err := a.Float32s()
		if d := cmp.Diff(want, got); err != nil || d != "" {
			t.Fatal(err, d)
		}
		lo := rapid.IntRange(0, shape[0]).Draw(t, "lo")
		hi := rapid.IntRange(lo, shape[0]).Draw(t, "hi")
		got, err = a.Rows(lo, hi)
		if d := cmp.Diff(want[lo*n/shape[0]:hi*n/shape[0]], got); err != nil || d != "" {
			t.Fatal(err, d)
		}
		if _, err := NewArray("f", "x", "F32", v, bytes.NewReader(floats(counted(last)...))); err == nil {
			t.Fatal("a view beyond its store is none")
		}
	})
}

// TestArrayWindows reads what is longer than a window, forward and transposed, stored, compressed
// and big-endian.
func TestArrayWindows(t *testing.T) {
	const rows, cols = 300, 500 // 600,000 bytes
	v := Stacked([]int{rows, cols})
	raw := floats(counted(rows * cols)...)
	turned := View{Shape: []int{cols, rows}, Strides: []int{1, cols}}
	swapped := bytes.Clone(raw)
	for i := 0; i < len(swapped); i += 4 {
		binary.BigEndian.PutUint32(swapped[i:], binary.LittleEndian.Uint32(swapped[i:]))
	}
	for _, method := range []uint16{zip.Store, zip.Deflate} {
		s := zipped(t, method, "x", raw)
		for _, view := range []View{v, turned} {
			a, err := NewArray("f", "x", "F32", view, s)
			if err != nil {
				t.Fatal(err)
			}
			got, err := a.Float32s()
			if err != nil {
				t.Fatal(err)
			}
			for i, x := range got {
				r, c := i/view.Shape[1], i%view.Shape[1]
				if want := float32(r*view.Strides[0] + c*view.Strides[1]); x != want {
					t.Fatalf("method %d, shape %v: number %d is %g, not %g", method, view.Shape, i, x, want)
				}
			}
			back, err := a.Rows(1, 2) // before what was read last
			if d := cmp.Diff(got[view.Shape[1]:2*view.Shape[1]], back); err != nil || d != "" {
				t.Fatal(err, d)
			}
		}
	}
	v.Big = true
	a, err := NewArray("f", "x", "F32", v, bytes.NewReader(swapped))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := a.Float32s(); err != nil || got[rows*cols-1] != rows*cols-1 {
		t.Error(err, got[rows*cols-1])
	}
}

// zipped is an archive's entry as a store.
func zipped(t *testing.T, method uint16, name string, raw []byte) Store {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	e, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: method})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Write(raw); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	s, err := EntryStore(bytes.NewReader(b.Bytes()), z.File[0])
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestArrayDTypes(t *testing.T) {
	for _, c := range []struct {
		dtype string
		raw   []byte
		want  float32
	}{
		{"F32", []byte{0, 0, 0xc0, 0x3f}, 1.5},
		{"F64", []byte{0, 0, 0, 0, 0, 0, 0xf8, 0x3f}, 1.5},
		{"F16", []byte{0, 0x3e}, 1.5},
		{"BF16", []byte{0xc0, 0x3f}, 1.5},
		{"I64", []byte{0xfe, 255, 255, 255, 255, 255, 255, 255}, -2},
		{"I32", []byte{0xfe, 255, 255, 255}, -2},
		{"I16", []byte{0xfe, 255}, -2},
		{"I8", []byte{0xfe}, -2},
		{"U8", []byte{0xfe}, 254},
		{"BOOL", []byte{1}, 1},
	} {
		a, err := NewArray("f", "x", c.dtype, View{}, bytes.NewReader(c.raw))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := a.Float32s(); err != nil || len(got) != 1 || got[0] != c.want {
			t.Errorf("%s: got %v, %v; want %g", c.dtype, got, err, c.want)
		}
	}
}

func TestArrayRefuses(t *testing.T) {
	s := bytes.NewReader(make([]byte, 40))
	for want, v := range map[string]View{
		"reaches beyond":     {Shape: []int{11}, Strides: []int{1}},
		"beyond its 10":      {Shape: []int{2, 2}, Strides: []int{1 << 62, 1 << 62}},
		"no view":            {Shape: []int{2}},
		"is negative":        {Shape: []int{-2}, Strides: []int{1}},
		"strides [-1]":       {Shape: []int{2}, Strides: []int{-1}, Offset: 5},
		"offset -1":          {Offset: -1},
		"offset 10":          {Offset: 10},
		"an expanded tensor": {Shape: []int{1 << 30, 1 << 20}, Strides: []int{0, 0}},
	} {
		if _, err := NewArray("f.pt", "x", "F32", v, s); err == nil || !strings.Contains(err.Error(), want) ||
			!strings.HasPrefix(err.Error(), `f.pt: tensor "x": `) {
			t.Errorf("%+v: got %v, want %q", v, err, want)
		}
	}
	if _, err := NewArray("f", "x", "F8_E4M3", View{}, s); err == nil || !strings.Contains(err.Error(), "save it as float32") {
		t.Error(err)
	}
}

// TestScans lists and reads what is in files of each format.
func TestScans(t *testing.T) {
	x := npy("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }\n", floats(1, 3, 2, 4)...)
	scans := map[string]func() (*Archive, error){
		"npy": func() (*Archive, error) { return ScanNPY("f", bytes.NewReader(x)) },
		"npz": func() (*Archive, error) { return ScanNPZ("f", bytes.NewReader(npz(t, "x.npy", x, "note.txt", nil))) },
		"safetensors": func() (*Archive, error) {
			b := raw(`{"__metadata__":{"epoch":"7"},"x":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}`, floats(1, 2, 3, 4)...)
			return ScanSafetensors("f", bytes.NewReader(b))
		},
	}
	for format, scan := range scans {
		a, err := scan()
		if err != nil || len(a.Arrays) != 1 {
			t.Fatal(format, err)
		}
		got, err := a.Arrays[0].Float32s()
		if d := cmp.Diff([]float32{1, 2, 3, 4}, got); err != nil || d != "" {
			t.Error(format, err, d)
		}
		if format == "safetensors" && a.Facts["epoch"] != "7" {
			t.Error(a.Facts)
		}
	}
}

// npz is an archive of names and contents in turn.
func npz(t testing.TB, entries ...any) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(entries); i += 2 {
		e, err := w.Create(entries[i].(string))
		if err != nil {
			t.Fatal(err)
		}
		if raw, ok := entries[i+1].([]byte); ok {
			_, _ = e.Write(raw) // into memory
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestScansRefuse(t *testing.T) {
	x := npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }\n", floats(1)...)
	short := npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n", floats(1)...)
	for want, scan := range map[string]func() (*Archive, error){
		`"x.npy" stands there twice`:              func() (*Archive, error) { return ScanNPZ("f", bytes.NewReader(npz(t, "x.npy", x, "x.npy", x))) },
		`entry "x": 4 bytes of data, which shape`: func() (*Archive, error) { return ScanNPZ("f", bytes.NewReader(npz(t, "x.npy", short))) },
		"not a valid zip":                         func() (*Archive, error) { return ScanNPZ("f", bytes.NewReader(x)) },
		"does not begin":                          func() (*Archive, error) { return ScanNPY("f", bytes.NewReader(npz(t))) },
		"ends after 3 of":                         func() (*Archive, error) { return ScanNPY("f", liar{bytes.NewReader(x[:3])}) },
		"cut short":                               func() (*Archive, error) { return ScanSafetensors("f", bytes.NewReader(raw(`{}`)[:9])) },
	} {
		if _, err := scan(); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "f: ") {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// liar is a store that is shorter than it says, as a file that shrinks while it is read.
type liar struct{ *bytes.Reader }

func (liar) Size() int64 { return 1 << 20 }

// TestBomb wants no memory for zeros that would expand beyond what a file warrants.
func TestBomb(t *testing.T) {
	z := &zip.File{FileHeader: zip.FileHeader{Name: "x", Method: zip.Deflate, CompressedSize64: 1 << 20, UncompressedSize64: 1 << 30}}
	if _, err := EntryStore(io.NewSectionReader(nil, 0, 1<<40), z); err == nil || !strings.Contains(err.Error(), "no array of numbers does") {
		t.Error(err)
	}
	z.UncompressedSize64, z.CompressedSize64 = 1<<26, 1<<15
	if _, err := EntryStore(io.NewSectionReader(nil, 0, 1<<40), z); err == nil {
		t.Error("an entry expands beyond what its method can")
	}
	z.CompressedSize64 = 1 << 40
	if _, err := EntryStore(io.NewSectionReader(nil, 0, 1<<15), z); err == nil {
		t.Error("an entry is longer than its archive")
	}
	z.CompressedSize64 = 1 << 17
	if _, err := EntryStore(io.NewSectionReader(nil, 0, 1<<40), z); err != nil {
		t.Error(err)
	}
}

// TestUnknownTypesOfNumPy: an array of texts costs itself alone.
func TestUnknownTypesOfNumPy(t *testing.T) {
	b := npz(t, "names.npy", npy("{'descr': '<U3', 'fortran_order': False, 'shape': (1,), }", make([]byte, 12)...),
		"x.npy", npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }", 1, 2))
	a, err := ScanNPZ("f", bytes.NewReader(b))
	if err != nil || len(a.Arrays) != 1 || a.Arrays[0].Name != "x" || a.Unread["names"] != "<U3" {
		t.Error(a, err)
	}
}

func FuzzNPZ(f *testing.F) {
	f.Add(npz(f, "x.npy", npy("{'descr': '<f2', 'fortran_order': True, 'shape': (1, 2), }", 1, 2, 3, 4)))
	f.Fuzz(func(t *testing.T, b []byte) {
		defer frugal.Bound(t, len(b))()
		readAll(t, ScanNPZ, b)
	})
}

// readAll reads what a file has to give: as many numbers as are said, or an error.
func readAll(t *testing.T, scan func(string, Store) (*Archive, error), b []byte) {
	t.Helper()
	a, err := scan("f", bytes.NewReader(b))
	if err != nil {
		return
	}
	for _, x := range a.Arrays {
		if got, err := x.Float32s(); err == nil && len(got) != x.Len() {
			t.Errorf("%d numbers of shape %v", len(got), x.Shape)
		}
	}
}

// TestArrayOfOddStores leaves bytes alone that are no whole element.
func TestArrayOfOddStores(t *testing.T) {
	a, err := NewArray("f", "x", "F32", View{Shape: []int{1}, Strides: []int{1}, Big: true}, bytes.NewReader([]byte{0x3f, 0x80, 0, 0, 1, 2, 3}))
	if err != nil {
		t.Fatal(err)
	}
	if v, err := a.Float32s(); err != nil || v[0] != 1 {
		t.Error(v, err)
	}
}

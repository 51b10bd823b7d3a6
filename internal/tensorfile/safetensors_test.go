package tensorfile

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"protobench/internal/frugal"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// raw builds a file from a header's text and data.
func raw(head string, data ...byte) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(head)))
	return append(append(b, head...), data...)
}

func decode(b []byte) (*File, error) {
	return DecodeSafetensors("x.safetensors", bytes.NewReader(b), int64(len(b)))
}

func TestSafetensorsBytes(t *testing.T) {
	f := &File{
		Metadata: map[string]string{"step": "7", "a": "b"},
		Tensors: []Tensor{
			{Name: "w", Shape: []int{1, 2}, F32: []float32{1, -2}},
			{Name: "n", Shape: []int{}, I64: []int64{-1}},
		},
	}
	var b bytes.Buffer
	if err := EncodeSafetensors(&b, f); err != nil {
		t.Fatal(err)
	}
	head := `{"__metadata__":{"a":"b","step":"7"},"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"n":{"dtype":"I64","shape":[],"data_offsets":[8,16]}}`
	head += strings.Repeat(" ", (8-len(head)%8)%8)
	want := raw(head, 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 255, 255, 255, 255, 255, 255, 255, 255)
	if d := cmp.Diff(want, b.Bytes()); d != "" {
		t.Error(d)
	}
}

func TestSafetensorsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := &File{Metadata: rapid.MapOfN(rapid.String(), rapid.String(), 1, 3).Draw(t, "meta")}
		names := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z.]{1,8}`), 0, 5, rapid.ID[string]).Draw(t, "names")
		for _, name := range names {
			f.Tensors = append(f.Tensors, drawTensor(t, name))
		}
		var b bytes.Buffer
		if err := EncodeSafetensors(&b, f); err != nil {
			t.Fatal(err)
		}
		got, err := decode(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(f.Tensors, got.Tensors); d != "" && len(names) > 0 {
			t.Fatal(d)
		}
		if d := cmp.Diff(f.Metadata, got.Metadata); d != "" {
			t.Fatal(d)
		}
	})
}

func drawTensor(t *rapid.T, name string) Tensor {
	shape := rapid.SliceOfN(rapid.IntRange(1, 4), 0, 3).Draw(t, "shape")
	n, _ := product(shape)
	x := Tensor{Name: name, Shape: append([]int{}, shape...)}
	switch rapid.IntRange(0, 2).Draw(t, "type") {
	case 0:
		x.F32 = rapid.SliceOfN(rapid.Float32(), n, n).Draw(t, "f32")
	case 1:
		x.F64 = rapid.SliceOfN(rapid.Float64(), n, n).Draw(t, "f64")
	default:
		x.I64 = rapid.SliceOfN(rapid.Int64(), n, n).Draw(t, "i64")
	}
	return x
}

func TestSafetensorsDTypes(t *testing.T) {
	cases := []struct {
		dtype string
		data  []byte
		want  Tensor
	}{
		{"F16", []byte{0, 0x3c, 1, 0, 0, 0xfc}, Tensor{F32: []float32{1, 1.0 / (1 << 24), float32(math.Inf(-1))}}},
		{"F16", []byte{0xff, 0x7b, 0, 0x04, 0, 0x80}, Tensor{F32: []float32{65504, 1.0 / (1 << 14), float32(math.Copysign(0, -1))}}},
		{"BF16", []byte{0x80, 0x3f, 0, 0xc0, 0x49, 0x40}, Tensor{F32: []float32{1, -2, 3.140625}}},
		{"I32", []byte{255, 255, 255, 255, 2, 0, 0, 0, 0, 1, 0, 0}, Tensor{I64: []int64{-1, 2, 256}}},
		{"U8", []byte{0, 7, 255}, Tensor{I64: []int64{0, 7, 255}}},
	}
	for _, c := range cases {
		head := fmt.Sprintf(`{"x":{"dtype":%q,"shape":[3],"data_offsets":[0,%d]}}`, c.dtype, len(c.data))
		f, err := decode(raw(head, c.data...))
		if err != nil {
			t.Errorf("%s: %v", c.dtype, err)
			continue
		}
		c.want.Name, c.want.Shape = "x", []int{3}
		if d := cmp.Diff(c.want, f.Tensors[0]); d != "" {
			t.Errorf("%s: %s", c.dtype, d)
		}
	}
}

func TestSafetensorsRefuses(t *testing.T) {
	x := func(shape, offsets string) string {
		return `{"x":{"dtype":"F32","shape":` + shape + `,"data_offsets":` + offsets + `}}`
	}
	two := `{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":`
	cases := []struct {
		name, want string
		file       []byte
	}{
		{"empty", "too short", nil},
		{"header beyond the file", "cut short", binary.LittleEndian.AppendUint64(nil, 50)},
		{"huge header", "limit", binary.LittleEndian.AppendUint64(nil, 1<<63)},
		{"not JSON", "JSON", raw("hello")},
		{"nested deeply", "max depth", raw(`{"x":{"dtype":` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + `}}`)},
		{"trailing JSON", "something follows", raw("{}{}")},
		{"twice", `"x" stands there twice`, raw(`{"x":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"x":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}`)},
		{"dtype", `"C64" is not supported`, raw(`{"x":{"dtype":"C64","shape":[1],"data_offsets":[0,8]}}`, make([]byte, 8)...)},
		{"negative shape", "negative", raw(x("[-1]", "[0,4]"), 0, 0, 0, 0)},
		{"overflowing shape", "too large", raw(x("[4294967296,4294967296]", "[0,4]"), 0, 0, 0, 0)},
		{"shape that overflows with the element size", "for shape", raw(x("[4611686018427387904]", "[0,0]"))},
		{"short data", "outside", raw(x("[2]", "[0,8]"), 0, 0, 0, 0)},
		{"backward offsets", "outside", raw(x("[0]", "[0,-4]"))},
		{"one offset", "expected a begin", raw(x("[1]", "[0]"), 0, 0, 0, 0)},
		{"wrong size", "for shape [2]", raw(x("[2]", "[0,4]"), 0, 0, 0, 0)},
		{"overlap", "inside the data before", raw(two+`[1,3]}}`, 1, 2, 3)},
		{"hole", "hole", raw(two+`[3,5]}}`, 1, 2, 3, 4, 5)},
		{"surplus data", "the tensors end at 4", raw(two+`[2,4]}}`, 1, 2, 3, 4, 5)},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := decode(c.file)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "x.safetensors: ") {
				t.Errorf("got %v, want the file's name and %q", err, c.want)
			}
		})
	}
}

func TestEncodeRefuses(t *testing.T) {
	cases := map[string]Tensor{
		"taken":         {Name: "__metadata__", Shape: []int{1}, F32: []float32{1}},
		"not UTF-8":     {Name: "\xff", Shape: []int{1}, F32: []float32{1}},
		"does not hold": {Name: "x", Shape: []int{2}, F32: []float32{1}},
		"exactly one":   {Name: "x", Shape: []int{1}},
	}
	for want, x := range cases {
		path := filepath.Join(t.TempDir(), "f")
		err := WriteSafetensors(path, &File{Tensors: []Tensor{x}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s: a file is left", want)
		}
	}
}

// TestUnknownTypes: a tensor of a type that is not known costs itself alone.
func TestUnknownTypes(t *testing.T) {
	for _, dtype := range []string{"F8_E4M3", "F8_E5M2", "F8_E8M0", "F4", "C64", "U16"} {
		b := raw(fmt.Sprintf(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":%q,"shape":[2,3],"data_offsets":[4,10]},`+
			`"c":{"dtype":"BF16","shape":[1],"data_offsets":[10,12]}}`, dtype), 0, 0, 0x80, 0x3f, 1, 2, 3, 4, 5, 6, 0, 0x40)
		a, err := ScanSafetensors("x.safetensors", bytes.NewReader(b))
		if err != nil {
			t.Fatal(dtype, err)
		}
		got := map[string]float32{}
		for _, x := range a.Arrays {
			v, err := x.Float32s()
			if err != nil {
				t.Fatal(err)
			}
			got[x.Name] = v[0]
		}
		if d := cmp.Diff(map[string]float32{"a": 1, "c": 2}, got); d != "" {
			t.Error(dtype, d)
		}
		if d := cmp.Diff(map[string]string{"b": dtype}, a.Unread); d != "" {
			t.Error(d)
		}
		if _, err := decode(b); err == nil || !strings.Contains(err.Error(), `tensor "b": dtype "`+dtype) {
			t.Error("a file of which all is wanted is read without a tensor:", err)
		}
	}
	for want, offsets := range map[string]string{"outside": "[0,9]", "hole": "[1,4]"} {
		b := raw(`{"b":{"dtype":"F8_E4M3","shape":[4],"data_offsets":`+offsets+`}}`, 1, 2, 3, 4)
		if _, err := ScanSafetensors("x", bytes.NewReader(b)); err == nil || !strings.Contains(err.Error(), want) {
			t.Error(want, err)
		}
	}
}

func FuzzSafetensors(f *testing.F) {
	f.Add(raw(`{"b":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]},"a":{"dtype":"F64","shape":[1],"data_offsets":[2,10]}}`, make([]byte, 10)...))
	f.Add(raw(`{"a":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}}`, 1, 2))
	f.Add(raw(`{"__metadata__":{"k":"v"},"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}`, 1))
	f.Fuzz(func(t *testing.T, b []byte) {
		defer frugal.Bound(t, len(b))()
		readAll(t, ScanSafetensors, b)
		got, err := decode(b)
		if err != nil {
			return
		}
		for _, x := range got.Tensors {
			if err := x.check(); err != nil {
				t.Errorf("a tensor that came out is not sound: %v", err)
			}
		}
	})
}

// A header of a mebibyte that is all entries, or all of one, takes no more memory than it may.
func TestAHeaderIsReadFrugally(t *testing.T) {
	many := func(before, each, after string) string {
		var b strings.Builder
		b.WriteString(before)
		for i := 0; b.Len() < frugal.Small-200; i++ {
			b.WriteString(strings.ReplaceAll(each, "#", strconv.Itoa(i)) + ",")
		}
		return strings.TrimSuffix(b.String(), ",") + after
	}
	for name, header := range map[string]string{
		"tensors":       many("{", `"#":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}`, "}"),
		"empty tensors": many("{", `"#":{}`, "}"),
		"metadata":      many(`{"__metadata__":{`, `"#":""`, "}}"),
		"other fields":  many(`{"a":{`, `"#":1`, "}}"),
		"a shape":       many(`{"a":{"dtype":"F32","shape":[`, "1", "]}}"),
	} {
		t.Run(name, func(t *testing.T) {
			b := append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...)
			defer frugal.Bound(t, len(b))()
			_, _ = DecodeSafetensors("f", bytes.NewReader(b), int64(len(b)))
		})
	}
}

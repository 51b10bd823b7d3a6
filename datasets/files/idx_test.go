package files

import (
	"bytes"
	"encoding/binary"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/datasets/internal/fixture"
	"protobench/internal/frugal"
)

func TestIDXReadsPlainAndGzip(t *testing.T) {
	plain := fixture.IDX(2, 3, 4)
	for _, b := range [][]byte{plain, fixture.Zipped(plain)} {
		x, err := readIDX(bytes.NewReader(b), "f", int64(len(b)), 3)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]int{2, 3, 4}, x.Shape); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(plain[16:], x.Data); diff != "" {
			t.Error(diff)
		}
	}
}

func TestIDXRefuses(t *testing.T) {
	good := fixture.IDX(2, 3, 4)
	packed := fixture.Zipped(good)
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
		{"labels as images", "magic number 0x00000801 is IDX with 1 dimension of uint8, expected 0x00000803", fixture.IDX(5)},
		{"floats with too few values", "values of shape [2 3 4]: found 24 of 96 bytes", append([]byte{0, 0, 0xd, 3}, good[4:]...)},
		{"four dimensions", "0x00000804 is IDX with 4 dimensions of uint8, expected 0x00000803", fixture.IDX(1, 1, 1, 1)},
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
	f.Add(fixture.IDX(2, 3, 4))
	f.Add(fixture.Zipped(fixture.IDX(1, 2, 2)))
	f.Add(fixture.RawIDX(0x0d, make([]byte, 24), 1, 3, 2, 1))
	f.Add([]byte{0, 0, 8, 3, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		defer frugal.Bound(t, len(b))()
		x, err := readIDX(bytes.NewReader(b), "f", int64(len(b)), 3, 4)
		if err != nil {
			return
		}
		n := x.Size
		for _, d := range x.Shape {
			n *= d
		}
		if n != len(x.Data) {
			t.Errorf("shape %v with %d values", x.Shape, len(x.Data))
		}
		images := x.Shape[0]
		im, err := x.Pixels()
		if err == nil && len(im.Data) != images*im.Height*im.Width*im.Channels {
			t.Errorf("%d bytes of %d images of %d×%d×%d", len(im.Data), images, im.Height, im.Width, im.Channels)
		}
	})
}

func TestIDXTypes(t *testing.T) {
	floats := func(values ...float32) (b []byte) {
		for _, v := range values {
			b = binary.BigEndian.AppendUint32(b, math.Float32bits(v))
		}
		return b
	}
	ints := func(values ...int32) (b []byte) {
		for _, v := range values {
			b = binary.BigEndian.AppendUint32(b, uint32(v))
		}
		return b
	}
	for _, c := range []struct {
		name   string
		file   []byte
		Pixels []uint8
		want   string
	}{
		{"colour", fixture.RawIDX(8, []byte{1, 2, 3, 4, 5, 6}, 1, 1, 2, 3), []uint8{1, 2, 3, 4, 5, 6}, ""},
		{"planes", fixture.RawIDX(8, []byte{1, 2, 3, 4, 5, 6}, 1, 3, 1, 2), []uint8{1, 3, 5, 2, 4, 6}, ""},
		{"shares", fixture.RawIDX(0x0d, floats(0, 0.5, 1, 0.25), 1, 2, 2), []uint8{0, 128, 255, 64}, ""},
		{"levels as floats", fixture.RawIDX(0x0d, floats(0, 17, 255, 3), 1, 2, 2), []uint8{0, 17, 255, 3}, ""},
		{"levels as ints", fixture.RawIDX(0x0c, ints(0, 17, 255, 3), 1, 2, 2), []uint8{0, 17, 255, 3}, ""},
		{"normalised", fixture.RawIDX(0x0d, floats(-1.5, 0, 1, 2), 1, 2, 2), nil, "float32 from -1.5 to 2 are no images"},
		{"too large", fixture.RawIDX(0x0c, ints(0, 17, 256, 3), 1, 2, 2), nil, "int32 from 0 to 256 are no images"},
		{"not finite", fixture.RawIDX(0x0d, floats(0, float32(math.NaN()), 1, 2), 1, 2, 2), nil, "NaN"},
		{"five channels", fixture.RawIDX(8, make([]byte, 20), 1, 2, 2, 5), nil, "neither 1 nor 3 channels"},
	} {
		a, err := readIDX(strings.NewReader(string(c.file)), "f", int64(len(c.file)), 3, 4)
		if err != nil {
			t.Fatal(err)
		}
		im, err := a.Pixels()
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
		if diff := cmp.Diff(c.Pixels, im.Data); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestIDXIsReadIntoOneCopy(t *testing.T) {
	const images, size = 1 << 14, 1 << 12 // 64 MiB
	plain := append(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte{0, 0, 8, 3}, images), 64), 64), make([]byte, images*size)...)
	for _, b := range [][]byte{plain, fixture.Zipped(plain)} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		a, err := readIDX(bytes.NewReader(b), "f", int64(len(b)), 3)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.Pixels(); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > images*size*11/10 {
			t.Errorf("%d bytes for %d", took, images*size)
		}
	}
}
